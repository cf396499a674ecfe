"""The learner's JupyterLab: it opens on the welcome page, in the folder of the learner's copies."""

from pathlib import Path

from chainrule.course.hand_out import after_save

c = get_config()  # noqa: F821  (Jupyter hands it to every configuration file)

COURSE = Path(__file__).resolve().parents[2]
c.ServerApp.root_dir = str(COURSE / "work")
c.LabApp.default_url = "/lab/tree/welcome.md"
# The welcome page says how far the learner has come.
c.FileContentsManager.post_save_hook = after_save
