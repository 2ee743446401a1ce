"""Help on a Job: what to do where it stands, in plain words, and whom to call."""

import re
from dataclasses import dataclass

from execution.models import Job, ServiceEvent

# By where the work stands; the empty word is a Job that nobody has claimed.
WHAT = {
    "": "Nobody has claimed this job yet. Read what is asked; if you can do it, claim it, and it is yours to carry out.",
    "ready": "It is yours, and nothing has started. “On my way” tells whoever asked that you are coming. Press Start when you begin. If you cannot do it, release it: it goes back to the queue, for somebody else of yours.",
    "in_progress": "Go through the stages from the top. What is required stands in each; when all of it is there, the stage is marked as done. Pause when you stop for a while. If it cannot be done, say so at the bottom: that is an ending too, and it is recorded like any other.",
    "paused": "The work rests and the clock of the pause runs. Press Go on when you continue. What is captured already stays.",
    "completed": "The work is recorded and sealed. Say that the job is completed, and it leaves your Desk. What is still to be done is asked for as follow-on work.",
}
DONE = {
    "completed": "This job is completed, and nothing is left to do. More work at the same place is asked for as follow-on work.",
    "cancelled": "This job was cancelled before any work began. There is nothing to do.",
}
LIMITED = "Your operator is limited: finish what is in progress. Nothing new can be claimed or started until the network’s admins lift the limit."


@dataclass(frozen=True, slots=True)
class Help:
    """What helps somebody who stands before a Job."""

    job: Job
    event: ServiceEvent | None

    @property
    def what(self) -> str:
        """What to do now."""
        return DONE.get(self.job.state) or WHAT[self.event.state if self.event else ""]

    @property
    def limited(self) -> str:
        """What the operator's access does not allow, if it is limited."""
        return LIMITED if self.job.operator.state == "limited" else ""

    @property
    def phone(self) -> str:
        """The operator's own number, as it is written."""
        return str(self.job.operator.phone)

    @property
    def call(self) -> str:
        """The operator's own number, to dial."""
        number = re.sub(r"[^+\d]", "", self.phone)
        return f"tel:{number}" if number else ""

    @property
    def who(self) -> str:
        """Who decides about what the job itself leaves open."""
        operator = self.job.operator
        if self.job.governor_id:
            return (
                f"{operator} governs this case itself: its owners decide what is to be done, and can be reached there."
            )
        return f"The network governs this case. Ask an owner of {operator} first: they know whom to turn to there."
