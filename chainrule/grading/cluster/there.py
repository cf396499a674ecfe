"""What runs on a worker of the cluster; it comes back as plain data, whatever happens."""

import json
from typing import TypedDict

from distributed import get_worker

from ..errors import GradingError
from ..plain_data import AssignmentJob, Grade, GradedSubmission, Job
from ..processes.worker import WorkerDied
from .alike import Versions, unlike


class Common(TypedDict):
    """What jobs have in common; it travels once to each worker. versions: those of the head."""

    job: AssignmentJob
    versions: Versions


class Answer(TypedDict, total=False):
    """One of these. refused: by this worker, which can grade nothing. failed: at this job."""

    graded: GradedSubmission
    refused: str
    failed: str
    worker: str  # its address, always


def grade_there(grade: Grade, common: Common, submission: bytes) -> Answer:
    """Grade what a job adds to `common`, as JSON, unless a mark of this worker's might differ."""
    worker: str = get_worker().address
    if why := unlike(common["versions"]):
        return {"refused": why, "worker": worker}
    job: Job = common["job"] | json.loads(submission)
    try:
        return {"graded": grade(job), "worker": worker}
    except GradingError as error:  # no sandbox, too few open files: true of any job
        return {"refused": str(error), "worker": worker}
    except WorkerDied as error:
        return {"failed": str(error), "worker": worker}
