"""All playbooks, in the order in which the app shows them."""

from collections.abc import Mapping

from liftloop.app.playbooks.contract import Playbook
from liftloop.app.playbooks.dates import DATES
from liftloop.app.playbooks.goals import GOALS
from liftloop.app.playbooks.members import MEMBERS
from liftloop.app.playbooks.sales import SALES
from liftloop.app.playbooks.service import SERVICE
from liftloop.app.playbooks.team import TEAM

PLAYBOOKS: Mapping[str, Playbook] = {each.id: each for each in (*GOALS, *MEMBERS, *SALES, *DATES, *SERVICE, *TEAM)}
