"""Who is who, as plain as it can be said: what the identity of the product is held against."""

from collections import Counter

Name = tuple[str, str]


class PlainIdentity:
    """The rules of identity, one message at a time: the first known identifier decides, the older profile is kept.

    A message, and whatever identifier it brings, belongs to the own profile of the deciding identifier, for ever.
    """

    def __init__(self, limits: dict[str, int]) -> None:
        self.limits = limits | {"user_id": 1}
        self.parent: list[int] = []
        self.owner: dict[Name, int] = {}
        self.counts: list[Counter[str]] = []
        self.second: dict[Name, int] = {}
        self.shared: list[Name] = []
        self.merges: list[tuple[int, int]] = []
        self.apart: list[tuple[int, int]] = []

    def head(self, profile: int) -> int:
        while self.parent[profile] != profile:
            profile = self.parent[profile]
        return profile

    def find(self, name: Name) -> int | None:
        return self.head(self.owner[name]) if name in self.owner else None

    def take(self, names: list[Name], *, joins_users: bool) -> int:
        own = [name for name in names if name not in self.shared]
        home = self._deciding(own or names)
        for name in own:
            profile, other = self.head(home), self.find(name)
            if other == profile:
                continue
            apart = other is not None and {profile, other} in self._heads_apart()
            excess = self._excess(profile, self.counts[other] if other is not None else Counter({name[0]: 1}))
            if not apart and (joins_users or not excess):
                if other is None:
                    self._own(name, home)
                else:
                    self._merge(profile, other)
            elif not apart and own[0][0] != "user_id" and "user_id" not in excess:
                self._share(own[0], profile)
                return self.take(names, joins_users=joins_users)
            elif other is not None and name[0] != "user_id":
                self._dispute(name, other, profile)
        return home

    def undo(self, kept: int, forwarded: int) -> None:
        """Make two people of one again, for good, each with its own identifiers."""
        self.parent[forwarded] = forwarded
        self.apart.append((kept, forwarded))
        for head in (self.head(kept), forwarded):
            self.counts[head] = Counter(kind for (kind, _), home in self.owner.items() if self.head(home) == head)

    def _heads_apart(self) -> list[set[int]]:
        return [{self.head(one), self.head(other)} for one, other in self.apart]

    def _deciding(self, names: list[Name]) -> int:
        found = self.owner.get(names[0])
        if found is None:
            known = [self.owner[name] for name in names[1:] if name in self.owner]
            known = [home for home in known if not self._excess(self.head(home), Counter({names[0][0]: 1}))]
            found = known[0] if known else self._new()
            self._own(names[0], found)
        return found

    def _new(self) -> int:
        self.parent.append(len(self.parent))
        self.counts.append(Counter())
        return len(self.parent) - 1

    def _excess(self, profile: int, more: Counter[str]) -> list[str]:
        mine = self.counts[profile]
        return [
            kind for kind, limit in self.limits.items() if mine[kind] and more[kind] and mine[kind] + more[kind] > limit
        ]

    def _own(self, name: Name, home: int) -> None:
        self.owner[name] = home
        self.counts[self.head(home)][name[0]] += 1

    def _merge(self, one: int, other: int) -> None:
        kept, forwarded = sorted((one, other))
        self.parent[forwarded] = kept
        self.counts[kept] += self.counts[forwarded]
        self.merges.append((kept, forwarded))

    def _dispute(self, name: Name, owner: int, sender: int) -> None:
        second = self.head(self.second[name]) if name in self.second else owner
        if second == owner:
            self.second[name] = sender
        elif second != sender:
            self._share(name, owner)

    def _share(self, name: Name, owner: int) -> None:
        self.counts[owner][name[0]] -= 1
        self._own(name, self._new())
        self.shared.append(name)
