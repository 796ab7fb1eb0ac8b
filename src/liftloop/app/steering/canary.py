"""Reads what came of a campaign's first messages: from the ledger what left, from the lake what people answered."""

from liftloop.app.steering.reading import answered
from liftloop.measure.steering.canary import Judged, Sent, judged
from liftloop.plan.contract import Campaign
from liftloop.storage.contract import LakeReader, StateReader

_STATES = """
SELECT CASE WHEN reason = 'canary' THEN 'behind' ELSE state END AS place, count(*), min(decided_ms),
min(CASE WHEN state IN ('sent', 'failed', 'uncertain') THEN changed_ms END)
FROM ledger WHERE campaign = ? AND state IN ('sent', 'failed', 'uncertain', 'queued', 'deferred')
AND purpose = 'marketing' GROUP BY place
"""
_RECEIPTS = ("failed", "complained", "unsubscribed")


def canary_of(state: StateReader, lake: LakeReader, campaign_id: str, campaign: Campaign, now_ms: int) -> Judged | None:
    """Return where a campaign's canary stands, None where it has none."""
    if campaign.canary is None:
        return None
    rows = {
        str(name): (int(count), int(decided), int(changed or 0))
        for name, count, decided, changed in state.rows(_STATES, (campaign_id,))
    }
    failed, complained, opted_out = (
        answered(lake, campaign_id, receipt, campaign.starts_ms).answers for receipt in _RECEIPTS
    )
    count = {name: counted for name, (counted, _, _) in rows.items()}
    answers = [changed for _, _, changed in rows.values() if changed]
    sent = Sent(
        left=count.get("sent", 0) + count.get("failed", 0) + count.get("uncertain", 0),
        on_the_way=count.get("queued", 0) + count.get("deferred", 0),
        behind=count.get("behind", 0),
        first_ms=min(answers, default=0),
        began_ms=min((decided for _, decided, _ in rows.values()), default=now_ms),
        failures=count.get("failed", 0) + count.get("uncertain", 0) + failed,
        complaints=complained,
        opt_outs=opted_out,
    )
    return judged(campaign.canary, sent, now_ms)
