"""The gatehouse: one server that stands for every provider, checks what each checks, and fails as it is told."""

from liftloop.kernel.clock import Clock
from liftloop.testing.gatehouse.apple import AppleDoor
from liftloop.testing.gatehouse.push import CallRoom, PushRoom
from liftloop.testing.gatehouse.server import Gatehouse, Ledger
from liftloop.testing.gatehouse.sms import SmsRoom
from liftloop.testing.gatehouse.wechat import WechatRoom, WecomRoom
from liftloop.testing.robot_double import RobotDouble


class Rooms:
    """Every room, by name, for tests that look inside."""

    def __init__(self, ledger: Ledger) -> None:
        self.sms = SmsRoom(ledger)
        self.wecom = WecomRoom(ledger)
        self.wechat = WechatRoom(ledger)
        self.push = PushRoom(ledger)
        self.calls = CallRoom(ledger)
        self.apple: AppleDoor
        """Speaks HTTP/2 and has a port of its own: started and stopped beside the gatehouse."""

    def forget(self) -> None:
        """Let every room begin anew; tokens that were granted stay good."""
        self.sms.aliyun.forget()
        self.wecom.forget()
        self.wechat.forget()
        self.calls.forget()


def open_gatehouse(wall: Clock) -> tuple[Gatehouse, Rooms]:
    """Return a gatehouse, not yet listening, and its rooms. The robots of group chats stand in it as well."""
    ledger = Ledger(wall)
    rooms = Rooms(ledger)
    robots = {
        "/robot/send": RobotDouble("dingtalk", wall),
        "/open-apis/bot/v2/hook/{token}": RobotDouble("feishu", wall),
        "/cgi-bin/webhook/send": RobotDouble("wecom", wall),
    }
    every = (rooms.sms, rooms.wecom, rooms.wechat, rooms.push, rooms.calls)
    gatehouse = Gatehouse(ledger, every, {path: robot.receive for path, robot in robots.items()})
    rooms.apple = AppleDoor(ledger, gatehouse.faults)
    return gatehouse, rooms
