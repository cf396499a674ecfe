"""A graded submission many times over: more learners, with all their files and rows."""

import shutil
import sqlite3


def multiply(root, learner, count, assignment="ps1"):
    """Give `count` more learners what this one has, in the folders and in the gradebook."""
    names = [f"{learner}{number:05}" for number in range(count)]
    for name in names:
        for step in ("submitted", "autograded"):
            old = root / step / learner / assignment
            new = root / step / name / assignment
            new.mkdir(parents=True)
            for path in old.iterdir():
                shutil.copyfile(path, new / path.name)
    with sqlite3.connect(root / "gradebook.db") as database:
        for name in names:
            database.execute("insert into student (id) values (?)", (name,))
        _copy_rows(database, learner, names)
    database.close()


def _copy_rows(database, learner, names):
    columns = {
        table: [row[1] for row in database.execute(f"pragma table_info({table})")]
        for table in ("submitted_assignment", "submitted_notebook", "grade", "comment")
    }

    def rows(table, where, value):
        query = f"select {', '.join(columns[table])} from {table} where {where} = ?"
        return [
            dict(zip(columns[table], row, strict=True)) for row in database.execute(query, (value,))
        ]

    def insert(table, row):
        marks = ", ".join("?" * len(row))
        database.execute(
            f"insert into {table} ({', '.join(row)}) values ({marks})", [*row.values()]
        )

    (submission,) = rows("submitted_assignment", "student_id", learner)
    notebooks = rows("submitted_notebook", "assignment_id", submission["id"])
    below = {
        one["id"]: {table: rows(table, "notebook_id", one["id"]) for table in ("grade", "comment")}
        for one in notebooks
    }
    for name in names:
        insert("submitted_assignment", submission | {"id": name, "student_id": name})
        for number, one in enumerate(notebooks):
            key = f"{name}-{number}"
            insert("submitted_notebook", one | {"id": key, "assignment_id": name})
            for table, cells in below[one["id"]].items():
                for place, cell in enumerate(cells):
                    insert(table, cell | {"id": f"{key}-{place}", "notebook_id": key})
