"""What providers and strangers post to the callback address: receipts told twice, and told by somebody else."""

from collections import Counter
from collections.abc import Sequence

from living import Life

from liftloop.app.receipts import receipt_records
from liftloop.deliver.contract import ChannelDefinition
from liftloop.kernel.codec import canonical_json
from liftloop.plugins.channels.callbacks import Callback, read_callback
from liftloop.plugins.channels.contract import ProviderReceipt
from liftloop.plugins.channels.wxcrypt import Forged

TOKEN = "a-token-that-nobody-can-guess"
TIMES = 5
"""How often each receipt is told."""
FORGERIES = ("", "guess", TOKEN[:-1])
"""What strangers put where the token belongs."""
_SENT = "SELECT message_key, channel FROM ledger WHERE state = 'sent' ORDER BY message_key"
_SEEN = "SELECT message_key, count(*) AS times FROM receipt GROUP BY message_key"


def tell(life: Life) -> Counter[str]:
    """Let every message that was sent be reported five times, and by strangers; return what was injected.

    Raises `AssertionError` where a receipt counts twice, or where anything of a stranger's is taken.
    """
    keys = [(str(key), str(channel)) for key, channel in life.shop.state.rows(_SENT)]
    injected: Counter[str] = Counter()
    for _ in range(TIMES):
        for key, channel in keys:
            receipt = ProviderReceipt(provider_id=key, receipt="delivered", at_ms=life.shop.now_ms())
            life.shop.append(receipt_records(channel, [receipt], {key: key}, life.shop.now_ms()))
    life.shop.fold_all()
    life.do(life.take_in)
    injected["receipt told again"] = len(keys) * (TIMES - 1)
    times = life.shop.lake.select(_SEEN)
    seen = dict(zip(times["message_key"].tolist(), times["times"].tolist(), strict=True))
    assert all(seen.get(key) == 1 for key, _ in keys), "each receipt counts once"
    for forged in FORGERIES:
        injected["forged callback"] += len(keys)
        assert not any(_taken(key, forged) for key, _ in keys), "a stranger's word is taken"
    return injected


def _taken(key: str, token: str) -> Sequence[ProviderReceipt]:
    definition = ChannelDefinition(id="sms", kind="aliyun_sms", settings={"callback_token": TOKEN})
    body = canonical_json([{"phone_number": "13800138000", "biz_id": key, "success": True}])
    try:
        return read_callback(
            definition, Callback(method="POST", token=token, query={}, headers={}, body=body, now_ms=0)
        ).receipts
    except Forged:
        return ()
