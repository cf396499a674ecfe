"""Draws the rooms of the package, and who imports whom, in docs/images/rooms.svg: `make rooms`.

A room stands one floor above the highest that it imports. An arrow is left out where others lead to
the same room: what `explorer` may use of `networks`, it may also reach through `checks`.
"""

import random
from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise
from pathlib import Path

from scripts.imports import ITSELF, ROOT, arrows

PICTURE = ROOT / "docs" / "images" / "rooms.svg"
HEIGHT, FLOOR, MARGIN = 30, 84, 24  # of a room, from floor to floor, around all of it
GAP = 14  # between neighbours on a floor
TRIES = 200
TEACHING = {"chainrule", "networks", "exercises", "mistakes", "checks", "explorer"}
FILLS = {"teaching": "#dbeafe", "grading": "#fde8d0", "reading": "#dcf2de", "ground": "#ececf0"}

Needs = dict[str, set[str]]  # a room -> those that it imports
Room = str | tuple[str, str, int]  # or where an arrow passes a floor: its two ends, the floor
Floors = list[list[Room]]


def needs() -> Needs:
    """What each room imports, by the names that the picture shows."""
    found: Needs = {}
    for here, there, _ in arrows():
        name = "chainrule" if here == ITSELF else here
        found.setdefault(name, set()).update({there} - {here, ITSELF})
        found.setdefault(there, set())
    found.pop(ITSELF, None)
    return found


def direct(rooms: Needs) -> Needs:
    """The same without the arrows that a way through other rooms makes needless."""

    def reached(room: str) -> set[str]:
        return rooms[room].union(*map(reached, rooms[room]))

    return {room: far - set().union(*map(reached, far)) for room, far in rooms.items()}


def floors(rooms: Needs) -> tuple[Floors, list[tuple[Room, Room]]]:
    """The rooms from the ground up, and places where arrows pass; the arrows floor by floor."""
    height: dict[str, int] = {}

    def place(room: str) -> int:
        if room not in height:
            height[room] = 1 + max(map(place, rooms[room]), default=-1)
        return height[room]

    plan: Floors = [[] for _ in range(1 + max(map(place, rooms)))]
    for room in sorted(rooms):
        plan[height[room]].append(room)
    steps: list[tuple[Room, Room]] = []
    for room in sorted(rooms):
        for end in sorted(rooms[room]):
            passes = [(room, end, at) for at in range(height[room] - 1, height[end], -1)]
            for way in passes:
                plan[way[2]].append(way)
            steps += pairwise([room, *passes, end])
    return plan, steps


def ordered(plan: Floors, steps: list[tuple[Room, Room]]) -> Floors:
    """Each floor in an order in which few arrows cross: the best of many tries."""
    chance = random.Random(0)
    above: dict[Room, list[Room]] = {}
    below: dict[Room, list[Room]] = {}
    for high, low in steps:
        above.setdefault(low, []).append(high)
        below.setdefault(high, []).append(low)

    def crossings(floors: Floors) -> int:
        at = {room: place for floor in floors for place, room in enumerate(floor)}
        return sum(
            (at[a] - at[b]) * (at[c] - at[d]) < 0
            for floor in floors
            for (a, c), (b, d) in combinations(
                [(room, low) for room in floor for low in below.get(room, [])], 2
            )
        )

    def swept(floors: Floors, near: Mapping[Room, list[Room]]) -> Floors:
        at: dict[Room, float] = {}
        done = []
        for floor in floors:
            here = {
                room: sum(at[one] for one in near[room]) / len(near[room])
                if near.get(room)
                else place / len(floor)
                for place, room in enumerate(floor)
            }
            floor = sorted(floor, key=lambda room: (here[room], chance.random()))
            at |= {room: (place + 0.5) / len(floor) for place, room in enumerate(floor)}
            done.append(floor)
        return done

    best = plan
    for _ in range(TRIES):
        tried = [chance.sample(floor, len(floor)) for floor in plan]
        for _ in range(6):
            tried = swept(tried, below)
            tried = swept(tried[::-1], above)[::-1]
            best = min(best, tried, key=crossings)
    return best


def width(room: Room) -> float:
    return 8.0 * len(label(room)) + 22 if isinstance(room, str) else 0.0


def label(room: str) -> str:
    return room.replace(".", "/")


def placed(plan: Floors, steps: list[tuple[Room, Room]]) -> dict[Room, float]:
    """Where the middle of each room is: near to its arrows' other ends, in its floor's order."""
    near: dict[Room, list[Room]] = {}
    for high, low in steps:
        near.setdefault(high, []).append(low)
        near.setdefault(low, []).append(high)
    x = {room: 0.0 for floor in plan for room in floor}
    for _ in range(60):
        for floor in [*plan, *plan[::-1]]:
            wanted = [
                sum(x[one] for one in near[room]) / len(near[room]) if room in near else x[room]
                for room in floor
            ]
            x |= zip(floor, apart(wanted, [width(room) for room in floor]), strict=True)
    return x


def apart(wanted: list[float], widths: list[float]) -> list[float]:
    """The places nearest to those that are wanted, in this order, with gaps between neighbours."""
    offsets = [0.0]
    for one, other in pairwise(widths):
        offsets.append(offsets[-1] + (one + other) / 2 + GAP)
    groups: list[tuple[float, int]] = []  # rooms that touch: where they begin, how many
    for place, offset in zip(wanted, offsets, strict=True):
        groups.append((place - offset, 1))
        while len(groups) > 1 and groups[-2][0] > groups[-1][0]:
            (a, n), (b, m) = groups[-2:]
            groups[-2:] = [((a * n + b * m) / (n + m), n + m)]
    begins = [begin for begin, count in groups for _ in range(count)]
    return [begin + offset for begin, offset in zip(begins, offsets, strict=True)]


def kind(room: str) -> str:
    if room in TEACHING:
        return "teaching"
    if room.startswith("grading"):
        return "grading"
    return (
        "reading"
        if room in ("report", "hooks", "platforms", "doctor", "course", "watch", "cli")
        else "ground"
    )


def draw() -> str:
    """The picture as SVG."""
    rooms = direct(needs())
    plan, steps = floors(rooms)
    plan = ordered(plan, steps)
    x = placed(plan, steps)
    left = min(x[room] - width(room) / 2 for room in x) - MARGIN
    right = max(x[room] + width(room) / 2 for room in x) + MARGIN
    wide, high = round(right - left), FLOOR * (len(plan) - 1) + HEIGHT + 2 * MARGIN
    middle = {room: round(x[room] - left) for room in x}
    top = {
        room: high - MARGIN - HEIGHT - FLOOR * number
        for number, floor in enumerate(plan)
        for room in floor
    }
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" '
            f'width="{wide}" height="{high}" font-family="ui-monospace, monospace" font-size="13">',
            "<title>The rooms of the package; arrows lead to what a room imports.</title>",
            '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto"><path d="M0 0 8 4 0 8z" fill="#667"/></marker>',
            f'<rect width="{wide}" height="{high}" rx="8" fill="#fff"/>',
            *_arrows(rooms, middle, top),
            *_boxes(rooms, middle, top),
            "</svg>\n",
        ]
    )


def _arrows(rooms: Needs, middle: dict[Room, int], top: dict[Room, int]) -> Iterator[str]:
    for room in sorted(rooms):
        for end in sorted(rooms[room]):
            passes = sorted(
                (one for one in top if one[:2] == (room, end)), key=lambda one: top[one]
            )
            x, y = middle[room], top[room] + HEIGHT
            path = f"M{x} {y}"
            for one in [*passes, end]:
                to, until = middle[one], top[one]
                bend = (until - y) // 2
                path += f"C{x} {y + bend} {to} {until - bend} {to} {until}"
                x, y = to, until
                if one != end:  # straight down beside the rooms of that floor
                    y += HEIGHT
                    path += f"V{y}"
            yield f'<path d="{path}" fill="none" stroke="#99a" marker-end="url(#tip)"/>'


def _boxes(rooms: Needs, middle: dict[Room, int], top: dict[Room, int]) -> Iterator[str]:
    for room in sorted(rooms):
        wide = round(width(room))
        yield (
            f'<rect x="{middle[room] - wide // 2}" y="{top[room]}" width="{wide}" '
            f'height="{HEIGHT}" rx="6" fill="{FILLS[kind(room)]}" stroke="#667"/>'
            f'<text x="{middle[room]}" y="{top[room] + HEIGHT // 2 + 4}" text-anchor="middle" '
            f'fill="#112">{label(room)}</text>'
        )


def main(path: Path = PICTURE) -> None:
    path.write_text(draw())


if __name__ == "__main__":
    main()
