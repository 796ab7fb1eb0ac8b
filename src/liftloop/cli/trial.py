"""Tells trials of journeys in the terminal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from liftloop.cli.connection import spoken
from liftloop.cli.main import language


def trial_lines(answer: Mapping[str, Any]) -> list[str]:
    """Return one person's way, a line a node, and below each message what the gate says and how it begins."""
    english = language() == "en"
    if answer["refused"]:
        return [("Does not enter: " if english else "没有进入：") + spoken(answer["refused_said"])]
    lines = (
        ["Goes on from where she stands:" if english else "她已经在里面，从这里继续："] if answer["standing"] else []
    )
    messages = list(answer["messages"])
    for step in answer["steps"]:
        way = f" → {step['way']}" if step["way"] else ""
        until = f"  {'until' if english else '等到'} {_local(step['until'])}" if step["until"] else ""
        lines.append(f"{_local(step['at'])}  {step['node']} ({step['kind']}){way}{until}")
        for message in [each for each in messages if (each["node"], each["at"]) == (step["node"], step["at"])]:
            leaves = f"  {_local(message['leaves'])}" if message["leaves"] else ""
            lines.append(f"    {message['channel']} · {message['content']}: {spoken(message['said'])}{leaves}")
            shown = message["shown"]
            if shown is not None:
                said = spoken(shown["problem"]) if shown["problem"] else shown["subject"] or shown["text"]
                lines.append(f"    「{said.splitlines()[0][:100] if said else ''}」")
    ended = f"{_local(answer['ended'])}  " if answer["ended"] else ""
    return [*lines, f"{ended}{spoken(answer['end_said'])}"] if answer["end_said"] else lines


def group_lines(answer: Mapping[str, Any]) -> list[str]:
    """Return how many enter, are refused and go which way, node by node, and what the gate says."""
    english = language() == "en"
    people, entered = f"{answer['people']:,}", f"{answer['entered']:,}"
    lines = [f"{entered} of {people} enter" if english else f"{people} 人里有 {entered} 人进入"]
    if answer["tried"] < answer["people"]:
        stood = f"{answer['tried']:,}"
        lines.append(f"{stood} of them were tried for all" if english else f"其中 {stood} 人试走，按比例推到全部")
    lines += [f"  {each['people']:,}  {spoken(each['said'])}" for each in answer["refused"]]
    for node in answer["nodes"]:
        onward = "  ".join(f"{each['node']} {each['people']:,}" for each in node["onward"])
        lines.append(f"{node['id']} ({node['kind']})  {node['came']:,}" + (f"  → {onward}" if onward else ""))
        lines += [f"    {each['people']:,}  {spoken(each['said'])}" for each in node["gate"]]
    return [*lines, *(f"{each['people']:,}  {spoken(each['said'])}" for each in answer["ends"])]


def _local(instant: str) -> str:
    """Return an instant of the API in the time of this machine, to the minute."""
    return datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M")
