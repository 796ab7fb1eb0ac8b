"""Keeps channels from reaching into the private network: a name is resolved once, and the answer is what is called."""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.plugins.channels.contract import Network

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address.


class AddressRefused(Exception):
    """The receiver lies in a network that webhooks may not reach; nothing was sent."""


def parse_networks(text: str, name: str = "LIFTLOOP_WEBHOOK_ALLOW") -> tuple[Network, ...]:
    """Return the networks of the variable `name`: CIDRs separated by commas or spaces.

    Raises `LiftloopError` where one is not a network.
    """
    networks: list[Network] = []
    for word in text.replace(",", " ").split():
        try:
            networks.append(ip_network(word))
        except ValueError as error:
            raise LiftloopError(
                "bad_network",
                zh=f"“{word}”不是网段",
                en=f"{word!r} is not a network",
                next_zh=f"{name} 写成 CIDR，例如 127.0.0.0/8，多个用逗号分开",
                next_en=f"write {name} as CIDRs, such as 127.0.0.0/8, separated by commas",
                exit_code=EXIT_USAGE,
            ) from error
    return tuple(networks)


def permitted(address: str, allow: Sequence[Network]) -> bool:
    """Tell whether an address is public or in an allowed network, also where it hides inside an IPv6 one."""
    found = ip_address(address.partition("%")[0])
    return all((each.is_global and not each.is_multicast) or _within(each, allow) for each in _meant(found))


def _within(address: IPv4Address | IPv6Address, allow: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in allow)


def _meant(address: IPv4Address | IPv6Address) -> Sequence[IPv4Address | IPv6Address]:
    """Return the addresses that a packet could end at: the one behind a mapping, or itself and its relay's target."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address.sixtofour is not None:
        return [address, address.sixtofour]
    if address.teredo is not None:
        return [address, *address.teredo]
    if address in _NAT64:
        return [address, IPv4Address(int(address) & 0xFFFF_FFFF)]
    return [address]


def refuse_literal(host: str, allow: Sequence[Network]) -> None:
    """Raise `AddressRefused` where the host is itself an address that may not be reached; names are judged later."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return
    if not permitted(host, allow):
        raise AddressRefused(host)


class GuardedResolver(AbstractResolver):
    """Resolve a name and keep only addresses that may be reached. The caller connects to these, never to the name.

    Raises `AddressRefused` where none is left.
    """

    def __init__(self, allow: Sequence[Network], inner: AbstractResolver | None = None) -> None:
        self._allow = tuple(allow)
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        reachable = [each for each in found if permitted(each["host"], self._allow)]
        if found and not reachable:
            raise AddressRefused(f"{host} is {found[0]['host']}")
        return reachable

    async def close(self) -> None:
        await self._inner.close()
