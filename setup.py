"""What pyproject.toml cannot say: the exercises, which lie beside the package, go into it."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithExercises(build_py):
    """For `chainrule init --exercises`, which has to work without the repository."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:  # then the package finds them where they are
            place = Path(self.build_lib, "chainrule", "course", "source")
            shutil.rmtree(place, ignore_errors=True)
            ignore = shutil.ignore_patterns(".*", "__pycache__")
            shutil.copytree("source", place, ignore=ignore)


setup(cmdclass={"build_py": WithExercises})
