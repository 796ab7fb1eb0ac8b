"""The Python SDKs of Segment, RudderStack and 神策, as PyPI has them, send to Liftloop and nothing is lost."""

from typing import Any

import pytest
from rudderstack.analytics.client import Client as Rudder
from segment.analytics.client import Client as Segment
from sensorsanalytics import BatchConsumer, DefaultConsumer, SensorsAnalytics
from sensorsanalytics import SensorsAnalyticsIdentity as Identity
from six_calls import ORDER, check_six_calls
from told_shop import Shop

from liftloop.kernel.codec import parse_json


def _raise(error: Exception, items: Any) -> None:
    raise AssertionError(error)


def _say_everything(client: Any, user: str) -> None:
    """Make each of the six calls once."""
    client.identify(user, {"name": "王芳", "email": f"{user}@example.com", "level": "gold"})
    client.track(user, "Order Completed", dict(ORDER))
    client.page(user, "docs", "Prices", {"url": "https://shop.example/p"})
    client.screen(user, "app", "Home", {"tab": 1})
    client.group(user, "company-7", {"industry": "tea"})
    client.alias(f"{user}-old", user)


@pytest.mark.parametrize("gzip", [True, False])
@pytest.mark.parametrize("port", ["tick", "desk"])
def test_segment_analytics_python(shop: Shop, gzip: bool, port: str) -> None:
    """All six calls arrive with what they say, compressed or not, at either port."""
    user = f"segment-{port}-{gzip}"
    host = shop.track_url if port == "tick" else shop.app_url
    client = Segment(shop.key, host=host, gzip=gzip, max_retries=0, on_error=_raise)
    _say_everything(client, user)
    client.shutdown()
    check_six_calls(shop, user)


def test_rudder_sdk_python(shop: Shop) -> None:
    """It compresses by default and names its key in the header alone; all six calls arrive."""
    client = Rudder(shop.key, host=shop.track_url, max_retries=0, on_error=_raise)
    _say_everything(client, "rudder-py")
    client.join()
    client.shutdown()
    check_six_calls(shop, "rudder-py")


@pytest.mark.parametrize("consumer", ["one by one", "batch"])
def test_sensors_analytics_sdk(shop: Shop, consumer: str) -> None:
    """Events, sign-up, profiles and items of 神策 arrive with what they say; the device becomes the user."""
    address = f"{shop.track_url}/sa?project=default&token={shop.key}"
    prefix = f"sensors-{consumer[0]}"
    device, user = f"{prefix}-device", f"{prefix}-user"
    sender = SensorsAnalytics(DefaultConsumer(address) if consumer == "one by one" else BatchConsumer(address, 50))
    sender.track(device, "ViewProduct", {"ProductId": "A1", "price": 168})
    sender.track_signup(user, device, {"via": "phone"})
    sender.profile_set(user, {"$name": "王芳", "level": "gold"}, is_login_id=True)
    sender.profile_set_once(user, {"level": "silver", "first": "web"}, is_login_id=True)
    sender.profile_increment(user, {"visits": 2}, is_login_id=True)
    sender.profile_increment(user, {"visits": 3}, is_login_id=True)
    sender.profile_append(user, {"likes": ["tea"]}, is_login_id=True)
    sender.profile_unset(user, ["first"], is_login_id=True)
    sender.item_set("food", f"{prefix}-item", {"name": "月饼", "price": 168})
    sender.close()
    records = shop.wait(prefix, 8)
    kinds = ["track", "track", "identify", *["traits.changed"] * 4, "identify"]
    assert [record.kind for record in records] == kinds
    assert parse_json(records[0].body)["ProductId"] == "A1"
    assert (records[1].user_id, records[1].anonymous_id) == (user, device)
    known = shop.wait_for(lambda: shop.traits(user), lambda traits: traits.get("first", "") is None)
    assert (known["name"], known["level"], known["visits"]) == ("王*", "gold", 5)


def test_sensors_third_kind_of_identity(shop: Shop) -> None:
    """Calls by identity (IDM3) find the person by login and by phone; the phone is in no record."""
    sender = SensorsAnalytics(DefaultConsumer(f"{shop.track_url}/sa?token={shop.key}"))
    login = Identity(Identity.LOGIN_ID, "idm3-user")
    sender.bind(login, Identity(Identity.MOBILE, "13912345670"))
    sender.track_by_id("Paid", {"amount": 5}, Identity(Identity.MOBILE, "13912345670"))
    sender.profile_set_by_id({"level": "gold"}, login)
    sender.close()
    person = shop.wait_for(
        lambda: shop.person("idm3-user"), lambda found: any(each["name"] == "Paid" for each in found["timeline"])
    )
    assert {each["name"] for each in person["timeline"]} >= {"Paid", "$BindID"}
    assert all(b"13912345670" not in record.body + record.context for record in shop.records("idm3"))
