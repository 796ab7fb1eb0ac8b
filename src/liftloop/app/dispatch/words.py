"""Turns due envelopes into messages in words, or into the reason why one cannot be said."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from liftloop.app.definitions.lawful import content_rules
from liftloop.app.dispatch.attempts import Waiting
from liftloop.app.dispatch.coupons import Claimed, Wanted
from liftloop.app.dispatch.message_law import MessageLaw
from liftloop.app.dispatch.people import People, PeopleReader, ThingsReader
from liftloop.app.dispatch.personal import Asked, Personal, PersonalReader, Told, asked_of
from liftloop.app.dispatch.refusal import Links, with_footer
from liftloop.app.form_links import address
from liftloop.app.public_pages import PublicPage, link_now, public_page
from liftloop.app.public_pages import address as page_address
from liftloop.app.shop_clock import shop_moment
from liftloop.app.text_variables import COUPON, ENTRY, FORMS, LINKS, PAGES, PERSON
from liftloop.compose.asset_names import paths_of
from liftloop.compose.assets import ASSETS
from liftloop.compose.contract import Content, Rendered, RenderFailed
from liftloop.compose.language import Form
from liftloop.compose.template import Prepared, variables_used
from liftloop.compose.tongues import in_language, language_for
from liftloop.deliver.contract import ADDRESS_ATTRIBUTES, AddressKind, ChannelDefinition, Envelope, Message
from liftloop.deliver.coupons import COUPON_CHANNEL, Coupon, Pool
from liftloop.deliver.keys import enrolment_of
from liftloop.deliver.media import medium_of
from liftloop.kernel.codec import canonical_json, parse_object
from liftloop.kernel.ids import AttemptId
from liftloop.storage.contract import Row, StateReader, Vault

CONTENTS_KEPT_MAX = 1_000  # Versions of contents in use at once; a version never changes, so keeping one is safe.
THINGS = ("item", "offer", "campaign")
LANGUAGE_ATTRIBUTES = ("language", "locale")
"""Where a person's language stands; the first that is there counts."""
LANGUAGES = frozenset(LANGUAGE_ATTRIBUTES)

_CONTENT = msgspec.json.Decoder(Content)
_POOLS = "SELECT id, version FROM definition WHERE kind = 'pool' AND status = 'live'"
_ENTRIES = "SELECT enrolment, properties FROM entry WHERE enrolment IN (SELECT value FROM json_each(?))"
_QUERY = "SELECT body FROM definition WHERE kind = 'content' AND id = ? AND version = ?"


class Due(Struct, frozen=True, kw_only=True):
    """A message to be handed over now."""

    envelope: Envelope
    due_ms: int
    waited: Waiting | None
    """What its earlier attempts left behind."""

    @property
    def tries(self) -> int:
        """Count the attempts already made."""
        return self.waited.tries if self.waited else 0

    @property
    def doubt(self) -> bool:
        """Tell whether one of them may have arrived."""
        return self.waited is not None and self.waited.doubt

    @property
    def attempt(self) -> AttemptId:
        """Name the attempt to come; each has its own, and each way its own."""
        way = f"f{self.envelope.step}." if self.envelope.step else ""
        return AttemptId(f"{self.envelope.key}.{way}{self.tries + 1}")


class Reaching(Protocol):
    """As much of a channel as words ask of it."""

    @property
    def name(self) -> str: ...

    @property
    def address_kind(self) -> AddressKind: ...


class Gathered(Struct, frozen=True, kw_only=True):
    """What was asked for a batch before its words: the tick's answer to `asks`, and coupons by message."""

    told: tuple[Asked, Told] | None = None
    coupons: Mapping[str, Claimed] = {}
    entry: Mapping[str, Any] | None = None
    """With what everybody entered, for a look; None where the table says it."""


class Unsaid(Struct, frozen=True, kw_only=True):
    """A message that cannot be said to this person."""

    due: Due
    reason: str


class Wording:
    """A content version with what it takes from outside; `failed` says why it can be said to nobody."""

    def __init__(self, content: Content, used: Iterable[str], failed: str) -> None:
        words = [variable.split(".") for variable in used]
        self.content = content
        self.failed = failed
        self.attributes = None if ["customer"] in words else frozenset(w[1] for w in words if w[0] == "customer")
        """Names below `customer`; None where it computes names, so that all are needed."""
        self.linked = any(word[0] in LINKS for word in words)
        """It names the person's own links."""
        if content.translations and self.attributes is not None:
            self.attributes |= LANGUAGES
        self.person = frozenset(word[1] for word in words if word[0] == PERSON and len(word) > 1)
        """Names below `person`: what the tick must be asked."""
        self.things = frozenset(word[0] for word in words) & frozenset(THINGS)
        self.coupon = any(word[0] == COUPON for word in words)
        self.entries = frozenset(word[1] for word in words if word[0] == ENTRY and len(word) > 1)
        """Names below `entry`: what the journey that sends must keep."""
        self.entry = any(word[0] == ENTRY for word in words)
        self.forms = frozenset(word[1] for word in words if word[0] == FORMS and len(word) > 1)
        """Ids of forms to which it has the person's own links."""
        self.assets = frozenset(word[1] for word in words if word[0] == ASSETS and len(word) > 1)
        """Names of the pictures and documents that it shows."""
        self.pages = frozenset(word[1] for word in words if word[0] == PAGES and len(word) > 1)
        """Ids of landing pages to which it has the person's own links."""
        known = bool(self.attributes) or bool(self.person) or self.entry or bool(self.forms) or bool(self.pages)
        self.personal = self.attributes is None or known or self.coupon or self.linked
        self._prepared: dict[tuple[Form, str], Prepared] = {}

    def prepared(self, form: Form, language: str) -> Prepared:
        """Return the content read for one form and one of its languages, once. Raises `RenderFailed`."""
        found = self._prepared.get((form, language))
        if found is None:
            found = self._prepared[form, language] = Prepared(in_language(self.content, language), form)
        return found

    def language_of(self, person: Mapping[str, Any]) -> str:
        """Return in which language it is said to a person."""
        if not self.content.translations:
            return self.content.language
        wanted = next((person[name] for name in LANGUAGE_ATTRIBUTES if isinstance(person.get(name), str)), "")
        return language_for(self.content, wanted)


class Wordings:
    """Says batches of due messages in words for one channel after another."""

    def __init__(self, state: StateReader, vault: Vault, *, addressed: bool = True) -> None:
        """Read from a folder; with `addressed` false nothing is sent: people without an address are said too.

        Then no rule keeps words back either; whoever looks at them judges them.
        """
        self._addressed = addressed
        self._state = state
        self._vault = vault
        self._people = PeopleReader(state, vault)
        self._things = ThingsReader(state)
        self._personal = PersonalReader(state)
        self._read: dict[tuple[str, int], Wording] = {}
        self._pools_key: tuple[Row, ...] = ()
        self._pools: Mapping[str, Pool] = {}

    def draft(self, content: Content, version: int) -> None:
        """Let a content be said that nobody published, under a version that no published one has."""
        self._read[(content.id, version)] = read_wording(content.id, msgspec.json.encode(content))

    def asks(self, dues: Sequence[Due]) -> Asked | None:
        """Return what the tick must be asked before these can be said, None for nothing."""
        wordings = [self._wording(due.envelope) for due in dues]
        names = frozenset[str]().union(*(wording.person for wording in wordings))
        asking = zip(dues, wordings, strict=True)
        return asked_of({due.envelope.profile for due, wording in asking if wording.person}, names) if names else None

    def coupons(self, dues: Sequence[Due]) -> list[Wanted]:
        """Return which coupons these name: of the pool of the message's offer, else of the one its content names."""
        wordings = [self._wording(due.envelope) for due in dues]
        naming = [
            (due.envelope, wording.content) for due, wording in zip(dues, wordings, strict=True) if wording.coupon
        ]
        if not naming:
            return []
        by_offer = {pool.offer: identity for identity, pool in self.pools().items() if pool.offer}
        return [
            Wanted(
                key=envelope.key,
                pool=by_offer.get(envelope.offer) or content.pool,
                holder=_holder(envelope.key),
                profile=envelope.profile,
            )
            for envelope, content in naming
        ]

    def pools(self) -> Mapping[str, Pool]:
        """Return the pools that are live; read again where one of them has changed."""
        key = tuple(self._state.rows(_POOLS))
        if key != self._pools_key:
            bodies = self._things.live("pool")
            self._pools = {each: msgspec.convert(body, type=Pool, strict=False) for each, body in bodies.items()}
            self._pools_key = key
        return self._pools

    def say(
        self, dues: Sequence[Due], channel: Reaching, now_ms: int, gathered: Gathered
    ) -> tuple[list[tuple[Due, Message]], list[Unsaid]]:
        """Return messages in words and those that cannot be said, together all of `dues`."""
        wordings = [self._wording(due.envelope) for due in dues]
        attributes, answered = _attributes(wordings, channel), gathered.told
        if answered is not None and attributes is not None:
            attributes |= {*self._personal.put_tags(answered[0])}
        people = self._people.read({due.envelope.profile for due in dues}, attributes)
        personal = None if answered is None else self._personal.read(answered[1], people.attributes, now_ms)
        named = _Named(coupons=gathered.coupons, pools=self.pools() if gathered.coupons else {})
        about = (personal, named, self._links_of(channel))
        batch = _Batch(channel, people, about, self._things_of(dues, wordings), now_ms)
        batch.addressed = self._addressed
        if self._addressed:
            batch.law = MessageLaw(self._things, channel.name, {due.envelope.content for due in dues})
        if any(wording.forms for wording in wordings):
            batch.forms = self._form_links()
        if pages := frozenset[str]().union(*(wording.pages for wording in wordings)):
            batch.pages = self._page_links(pages, now_ms)
        if named_assets := frozenset[str]().union(*(wording.assets for wording in wordings)):
            batch.assets = self._asset_addresses(named_assets)
        batch.entries = self._entries(dues, wordings, gathered.entry)
        said: list[tuple[Due, Message]] = []
        unsaid: list[Unsaid] = []
        for due, wording in zip(dues, wordings, strict=True):
            try:
                said.append((due, batch.message(due, wording)))
            except RenderFailed as failed:
                reason = f"{failed.reason}:{failed.detail}" if failed.detail else failed.reason
                unsaid.append(Unsaid(due=due, reason=reason))
        return said, unsaid

    def _entries(
        self, dues: Sequence[Due], wordings: Sequence[Wording], looked: Mapping[str, Any] | None
    ) -> Mapping[int, Mapping[str, Any]]:
        """Return with what people entered the journeys that send these, by enrolment, where texts speak of it."""
        asked = {enrolment_of(due.envelope.key) for due, wording in zip(dues, wordings, strict=True) if wording.entry}
        if looked is not None:
            return dict.fromkeys(asked, looked)
        rows = self._state.rows(_ENTRIES, (canonical_json(sorted(asked)).decode(),)) if asked else []
        return {enrolment: parse_object(properties) for enrolment, properties in rows}

    def _form_links(self) -> Callable[[Wording, int], Mapping[str, str]]:
        """Return what makes a person's own links to the forms that a text names, of one batch."""
        public_url, live = content_rules(self._things.live).public_url, {*self._things.live("form")}

        def links(wording: Wording, profile: int) -> Mapping[str, str]:
            if missing := sorted(wording.forms - live):
                raise RenderFailed("no_form", missing[0])
            if not public_url:
                raise RenderFailed("no_public_url", "")
            return {each: address(self._vault, public_url, each, profile) for each in wording.forms}

        return links

    def _page_links(self, named: Collection[str], now_ms: int) -> Callable[[Wording, Envelope], Mapping[str, str]]:
        """Return what makes a person's own links to the landing pages that a text names, of one batch."""
        public_url = content_rules(self._things.live).public_url
        public = {each for each in named if isinstance(public_page(self._state.rows, each), PublicPage)}

        def links(wording: Wording, envelope: Envelope) -> Mapping[str, str]:
            if missing := sorted(wording.pages - public):
                raise RenderFailed("no_page", missing[0])
            if not public_url:
                raise RenderFailed("no_public_url", "")
            link = link_now(envelope.profile, envelope.campaign, now_ms)
            return {each: page_address(self._vault, public_url, each, link) for each in wording.pages}

        return links

    def _asset_addresses(self, named: Collection[str]) -> Mapping[str, str]:
        """Return the addresses of assets by the names that words have for them; without what is not there."""
        live, public_url = self._things.live("asset"), content_rules(self._things.live).public_url.rstrip("/")
        return {name: f"{public_url}{path}" if public_url else "" for name, path in paths_of(live, named).items()}

    def _links_of(self, channel: Reaching) -> Links:
        """Return what makes people's links; for mails only, other media have ways of their own to refuse."""
        public_url = content_rules(self._things.live).public_url if channel.address_kind == "email" else ""
        if not public_url:
            return Links(self._vault, "", "")
        body = {"kind": "smtp", "settings": {}, **self._things.read("channel", [channel.name])[channel.name]}
        medium = medium_of(msgspec.convert(body, type=ChannelDefinition, strict=False))
        return Links(self._vault, public_url, medium)

    def _wording(self, envelope: Envelope) -> Wording:
        if envelope.channel == COUPON_CHANNEL:
            return Wording(Content(id="", body="", pool=envelope.content), (f"{COUPON}.code",), "")
        content, version = envelope.content, envelope.content_version
        wording = self._read.get((content, version))
        if wording is None:
            if len(self._read) >= CONTENTS_KEPT_MAX:
                self._read.clear()
            rows = self._state.rows(_QUERY, (content, version))
            wording = self._read[(content, version)] = read_wording(content, rows[0][0] if rows else None)
        return wording

    def _things_of(
        self, dues: Sequence[Due], wordings: Sequence[Wording]
    ) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        used = frozenset[str]().union(*(wording.things for wording in wordings))
        ids = {kind: {_thing(due.envelope, kind) for due in dues} - {""} for kind in used}
        return {kind: self._things.read(kind, named) for kind, named in ids.items() if named}


def read_wording(identity: str, body: bytes | None) -> Wording:
    """Return a content with what it uses; one that is not there or cannot be read fails for everybody."""
    nothing = Content(id=identity, body="")
    if body is None:
        return Wording(nothing, (), "content_missing")
    try:
        content = _CONTENT.decode(body)
        return Wording(content, variables_used(content), "page_not_sent" if content.format == "page" else "")
    except msgspec.DecodeError:
        return Wording(nothing, (), "content_unreadable")
    except RenderFailed as failed:
        return Wording(nothing, (), f"{failed.reason}:{failed.detail}")


class _Named(Struct, frozen=True):
    """The coupons of a batch, and the pools that they are of."""

    coupons: Mapping[str, Claimed]
    pools: Mapping[str, Pool]

    def of(self, key: str) -> dict[str, Any]:
        """Return what a text may say of its coupon. Raises `RenderFailed` where there is none."""
        coupon = self.coupons.get(key)
        if not isinstance(coupon, Coupon):
            raise RenderFailed(*(coupon or "no_pool:").split(":", 1))
        return {
            "code": coupon.code,
            "external_id": coupon.external_id,
            "name": self.pools[coupon.pool].name,
            "expires_at": shop_moment(coupon.expires_ms).isoformat(),
        }

    def signs(self, key: str) -> tuple[str, ...]:
        """Return what of a message's coupon is only a sign."""
        coupon = self.coupons.get(key)
        return (coupon.code, coupon.external_id) if isinstance(coupon, Coupon) else ()


class _Batch:
    """What one batch shares: people, things, and texts that are the same for everybody."""

    def __init__(
        self,
        channel: Reaching,
        people: People,
        known: tuple[Personal | None, _Named, Links],
        things: Mapping[str, Mapping[str, Mapping[str, Any]]],
        now_ms: int,
    ) -> None:
        self.addressed = True
        self.law: MessageLaw | None = None
        self.entries: Mapping[int, Mapping[str, Any]] = {}
        self.forms: Callable[[Wording, int], Mapping[str, str]] = lambda wording, profile: {}
        self.pages: Callable[[Wording, Envelope], Mapping[str, str]] = lambda wording, envelope: {}
        self.assets: Mapping[str, str] = {}
        self._kind = channel.address_kind
        self._form: Form = "html" if channel.address_kind == "email" else "text"
        self._people = people
        self._known, self._named, self._links = known
        self._things = things
        self._now_ms = now_ms
        self._shared: dict[tuple[str, ...], Rendered] = {}

    def message(self, due: Due, wording: Wording) -> Message:
        """Return one message. Raises `RenderFailed`."""
        envelope = due.envelope
        if wording.failed:
            raise RenderFailed(wording.failed, "")
        if self._kind == "group":
            raise RenderFailed("not_for_customers", "")
        person = self._people.attributes[envelope.profile]
        found = (person[name] for name in ADDRESS_ATTRIBUTES.get(self._kind, ()) if person.get(name))
        address = str(next(found, ""))
        if self.addressed and self._kind != "customer_id" and not address:
            raise RenderFailed("no_address", self._kind)
        links = self._links.of(envelope.profile)
        language = wording.language_of(person)
        rendered = self._rendered(envelope, wording, person, (language, links))
        if not rendered.body.strip() and envelope.channel != COUPON_CHANNEL:  # There a code is given without words.
            raise RenderFailed("empty", "")
        if self.law is not None:
            self.law.check(envelope, rendered, person, self._named.signs(envelope.key))
        marketing = envelope.purpose == "marketing"
        if marketing and self._form == "html":
            rendered = with_footer(rendered, links, language)
        return Message(
            key=envelope.key,
            attempt=due.attempt,
            customer_id=self._people.customer_ids[envelope.profile],
            campaign=envelope.campaign,
            action=envelope.action,
            offer=envelope.offer,
            item=envelope.item,
            address=address,
            subject=rendered.subject,
            body=rendered.body,
            at_ms=self._now_ms,
            unsubscribe_url=links.get("unsubscribe_url", "") if marketing else "",
            preheader=rendered.preheader,
            language=language,
        )

    def _rendered(
        self, envelope: Envelope, wording: Wording, person: Mapping[str, Any], spoken: tuple[str, Mapping[str, str]]
    ) -> Rendered:
        """Return the words for a person; `spoken` is in which language, and the person's own links."""
        language, links = spoken
        if not wording.personal:
            return self._same(envelope, wording, language)
        variables: dict[str, Any] = {"customer": person, **links}
        if wording.person and self._known is not None:
            variables[PERSON] = self._known.of(envelope.profile, wording.person, language)
        if wording.forms:
            variables[FORMS] = self.forms(wording, envelope.profile)
        if wording.pages:
            variables[PAGES] = self.pages(wording, envelope)
        if wording.entry:
            variables[ENTRY] = self.entries.get(enrolment_of(envelope.key), {})
        if wording.coupon:
            variables[COUPON] = self._named.of(envelope.key)
        variables = self._with_things(variables, envelope, wording)
        return wording.prepared(self._form, language).render(variables)

    def _same(self, envelope: Envelope, wording: Wording, language: str) -> Rendered:
        """Return the text of everybody with the same item, offer and campaign, rendered once."""
        version = str(envelope.content_version)
        reference = (envelope.content, version, language, *(_thing(envelope, kind) for kind in THINGS))
        rendered = self._shared.get(reference)
        if rendered is None:
            rendered = wording.prepared(self._form, language).render(self._with_things({}, envelope, wording))
            self._shared[reference] = rendered
        return rendered

    def _shown(self, wording: Wording) -> Mapping[str, str]:
        """Return the addresses of what a text shows. Raises `RenderFailed` where one cannot be reached."""
        for name in sorted(wording.assets):
            if not self.assets.get(name):
                raise RenderFailed("no_public_url" if name in self.assets else "no_asset", name)
        return self.assets

    def _with_things(self, variables: dict[str, Any], envelope: Envelope, wording: Wording) -> dict[str, Any]:
        if wording.assets:
            variables[ASSETS] = self._shown(wording)
        for kind in wording.things:
            identity = _thing(envelope, kind)
            if identity:
                variables[kind] = self._things[kind][identity]
        return variables


def _attributes(wordings: Sequence[Wording], channel: Reaching) -> set[str] | None:
    """Return the attributes that a batch needs, its address among them; None for all."""
    names = set(ADDRESS_ATTRIBUTES.get(channel.address_kind, ()))
    for wording in {id(wording): wording for wording in wordings}.values():
        if wording.attributes is None:
            return None
        names |= wording.attributes
    return names - {"id"}


def _holder(key: str) -> str:
    """Return who has one coupon of a pool: the enrolment in a key, else the message.

    >>> _holder("autumn/send/12~ab/3"), _holder("elsewhere")
    ('autumn/12~ab', 'elsewhere')
    """
    if enrolment_of(key) < 0:
        return key
    origin, _, enrolment, _ = key.rsplit("/", 3)
    return f"{origin}/{enrolment}"


def coupon_of(coupons: Mapping[str, Claimed], key: str) -> Coupon | None:
    """Return the coupon that a message names, None where it names none."""
    coupon = coupons.get(key)
    return coupon if isinstance(coupon, Coupon) else None


def _thing(envelope: Envelope, kind: str) -> str:
    match kind:
        case "item":
            return envelope.item
        case "offer":
            return envelope.offer
        case _:
            return envelope.campaign
