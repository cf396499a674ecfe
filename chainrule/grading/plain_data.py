"""What travels through grading as plain JSON: the plan of an assignment, a job, what comes of it.

A plan is made once from the instructor's notebooks, a job of it and of one submission; any process,
here or on another machine, makes a `GradedSubmission` of a job. These types cost nothing when a
program runs, and nothing here is imported but the ground: what starts before nbgrader is imported
knows them too.
"""

from collections.abc import Callable
from typing import Final, Literal, NotRequired, TypedDict

from ..records import Finding, Flag, Result, Verdict

Kind = Literal["learner", "both", "test", "text"]  # where a cell runs
LEARNER: Final = "learner"  # code, in the learner process
BOTH: Final = "both"  # locked code that is no test: in both processes
TEST: Final = "test"  # code, in the trusted process
TEXT: Final = "text"  # not run

CellType = Literal["code", "markdown", "raw"]
Pictures = dict[str, dict[str, str]]  # name -> MIME type -> base64, of a written answer


class Unlike(TypedDict, total=False):
    """What a test changes that does not cross the wall; there is a key only for what there is."""

    objects: list[str]  # names whose objects it changes
    state: list[str]  # calls that set the process's state
    main: list[str]  # calls that look for tests in the notebook itself
    same: list[str]  # comparisons that ask whether two things are one object


class Names(TypedDict):
    """What a cell does to the global names."""

    binds: list[str]  # by assignment, `def` and the like, in functions too that declare them global
    reads: list[str]  # what its functions look up among the globals
    looks_up: list[str]  # the same, and what the cell itself looks up
    in_classes: list[str]  # of these, what bodies of classes do
    imports: dict[str, str]  # name -> the statement that imports it, in the cell itself
    stars: list[str]  # its `from m import *`
    uses: list[str]  # its import statements at any depth
    needs: list[str]  # packages that it imports without a way out, should they be missing
    unlike: Unlike


class PlannedCell(TypedDict):
    """A cell of the instructor's that nbgrader knows by its grade id, as it was released."""

    kind: Kind
    grade_id: str
    cell_type: CellType
    source: str  # whole: with hidden tests, without solutions
    grade: bool
    solution: bool
    task: bool
    locked: bool
    points: float | None  # None: it carries no marks
    checksum: str | None
    names: Names
    id: str | None  # in source/
    released: str | None  # its text in release/; None if it is not there


class FreeCell(TypedDict):
    """A code cell of the instructor's that nbgrader does not know: learners have theirs of it."""

    kind: None
    names: Names


class NotebookPlan(TypedDict):
    """One notebook of an assignment."""

    cells: list[PlannedCell | FreeCell]
    kernelspec: dict[str, object]
    language: str


class Plan(TypedDict):
    """An assignment, by name of its notebooks. files: path -> base64, the instructor's others.
    for_tests: the same, of those that the learner process does not get."""

    assignment: str
    notebooks: dict[str, NotebookPlan]
    files: dict[str, str]
    for_tests: dict[str, str]
    warnings: list[str]


class SubmittedCell(TypedDict):
    """What is kept of a cell that a learner has handed in."""

    cell_type: CellType
    source: str
    grade_id: str | None
    id: str | None  # None unless it is one by nbformat's rules
    attachments: Pictures
    left_out: int  # pictures


class Cell(TypedDict):
    """A cell of the rebuilt notebook: the instructor's, an answer, or one of the learner's own."""

    kind: Kind
    cell_type: CellType
    source: str
    id: str | None
    known: PlannedCell | None  # None: it is the learner's own
    answered: bool  # False for a solution cell that is as it was released
    flags: list[Flag]
    attachments: Pictures


class ModelResult(TypedDict):
    """What the instructor's own answer got in a test that does not give it all points."""

    points: float
    verdict: Verdict
    reason: str
    together: bool  # it gets all of them where nothing has to cross the wall
    blind: bool  # it gets all of them where it is asked apart, and the untouched notebook may too


Together = dict[str, dict[str, str]]  # notebook -> test that is asked so -> why
ModelResults = dict[str, dict[str, ModelResult]]  # of an assignment: notebook -> test -> result


class Setup(TypedDict):
    """What all jobs of a run have in common, and the warm processes are started with."""

    imports: list[str]  # statements
    limits: dict[str, float]  # the fields of `Limits`
    confined: bool
    many: bool  # there will be so many submissions that it pays to get ready for them
    out_of_sight: list[str]  # places that no learner may see
    ignored: str  # pattern of what costs no points on stderr; "" for none (nbgrader's setting)


class Rehearsal(TypedDict):
    """What was seen to be needed for an assignment, when the own answers were graded."""

    tests: list[str]  # modules that the process of the tests has imported
    learner: list[str]  # and the learner's
    asked: list[tuple[str, str, list[object]]]  # module, function, arguments: to be called once


class Planned(TypedDict):
    """What a server gets to know of an assignment before the first submission."""

    plan: Plan
    rehearsal: Rehearsal | None


class AssignmentJob(TypedDict):
    """A job without its submission. rehearsal: None where nothing is known of it yet."""

    assignment: str
    plan: Plan
    plan_digest: str
    rehearsal: Rehearsal | None
    models: ModelResults
    asked_together: Together
    setup: Setup


class Job(AssignmentJob):
    """One submission to be graded."""

    student: str
    digest: str  # of all files that were handed in
    findings: list[Finding]
    unreadable: str  # why nothing of it could be read, or ""
    notebooks: dict[str, str]  # name -> base64
    files: dict[str, str]  # path -> base64
    together: bool  # ask all tests beside the answers, as nbgrader does
    rehearses: bool  # say what this would have been quicker with
    last_try: bool  # nobody tries again


class GradedNotebook(TypedDict):
    """What came of one notebook."""

    text: str  # the autograded notebook
    results: list[Result]
    findings: list[Finding]
    answered: list[str]  # grade ids of the cells that the learner has changed
    rehearsal: NotRequired[Rehearsal]


class GradedSubmission(TypedDict):
    """What came of a job."""

    student: str
    assignment: str
    notebooks: dict[str, GradedNotebook]
    given_up: NotRequired[bool]  # grading itself did not survive it


class Failure(TypedDict):
    """In place of a graded submission: grading itself has failed, and how."""

    machinery: str


Grade = Callable[[Job], GradedSubmission]


class StreamOutput(TypedDict):
    """What a cell printed."""

    output_type: Literal["stream"]
    name: Literal["stdout", "stderr"]
    text: str


class DisplayOutput(TypedDict):
    """What a cell displayed, by MIME type."""

    output_type: Literal["display_data"]
    data: dict[str, object]
    metadata: dict[str, object]


class ResultOutput(TypedDict):
    """What the last expression of a cell displayed."""

    output_type: Literal["execute_result"]
    data: dict[str, object]
    metadata: dict[str, object]
    execution_count: int | None


class ErrorOutput(TypedDict):
    """What ended a cell."""

    output_type: Literal["error"]
    ename: str
    evalue: str
    traceback: list[str]


# A cell's output in nbformat's form.
Output = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput


class Ran(TypedDict):
    """A rebuilt notebook that was run. outputs: of the cells with these numbers."""

    outputs: list[tuple[int, list[Output]]]
    results: list[Result]
    findings: list[Finding]
    rehearsal: NotRequired[Rehearsal]
