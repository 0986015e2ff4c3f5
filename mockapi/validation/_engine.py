"""The validator: one request in, the one error that the API would give out.

In this order: size, path and method; credentials, version, betas; JSON; shape, in the order of
the fields; the model; everything else by stage (see `_rule`). An accepted request costs one
pass of `jsonschema-rs` and one call for each rule that its fields and blocks concern; only a
refusal is explained with `jsonschema`. What clients send every time (tools, images, headers) is
judged once and remembered by digest.
"""

from __future__ import annotations

import itertools
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from mockapi.jsontext import NotJSON
from mockapi.messages.catalogue import Catalogue, Model, shipped
from mockapi.validation import _pruned, _reference, _shape, _toolfacts
from mockapi.validation._accepted import LARGEST, AcceptedFrames, frame_of
from mockapi.validation._context import Context, Credentials, read_headers
from mockapi.validation._conversation import ConversationFacts
from mockapi.validation._endpoints import CHAT, Endpoint, find_endpoint, near_miss
from mockapi.validation._memo import Memo
from mockapi.validation._rule import Check, Rule, Stage, Violation, declared
from mockapi.validation._toolfacts import NO_TOOLS, ToolFacts
from mockapi.validation._variants import Variant, relevant
from mockapi.validation._variants import variant as variant_of
from mockapi.validation.rules import http
from mockapi.validation.rules.models import model_hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockapi.exchange import Request
    from mockapi.validation._media import Image, Pdf
    from mockapi.validation._refusal import Refusal
    from mockapi.validation._settings import ValidationSettings

_MESSAGES: Final = frozenset({"requests/create-message", "requests/count-tokens"})
_COMPLETE: Final = "requests/complete"
_CHAT: Final = "requests/chat-completion"
_HARMLESS: Final = frozenset({"shape.unknown_field", "shape.range", "shape.pattern"})
_NOBODY: Final = ConversationFacts([])
_EDGE_STAGES: Final = (Stage.AUTH, Stage.VERSION, Stage.BETA)
_ANY_MODEL: Final = Model(
    "",
    "",
    context=sys.maxsize,
    max_output=sys.maxsize,
    thinking=frozenset({"enabled", "adaptive", "disabled", "between_tools"}),
)
_FIELDS_OF: Final = {"2023-01-01": "2023-06-01"}
"""Versions whose requests have the fields of another: the first two differ in their streams alone."""
_REMEMBERED: Final = 512
_MOST: Final = 100


class _Plan(NamedTuple):
    """Rules that are asked of a request, in their order.

    Attributes:
        rules: all of them.
        asked: their functions, each with the rule that it speaks for; rules that stand beside each other
            and share a function are asked once.
    """

    rules: tuple[Rule, ...]
    asked: tuple[tuple[Rule, Check], ...]


class _Edge(NamedTuple):
    """What the headers of a request come to.

    Attributes:
        refusals: what is wrong with them.
        names: betas and version as one set.
        gates: those of them that some schema asks for.
    """

    refusals: tuple[Refusal, ...]
    names: frozenset[str]
    gates: frozenset[str]


class Validator:
    """Judges requests by one `ValidationSettings`. Safe to share between threads.

    Args:
        settings: how requests are judged.
    """

    def __init__(self, settings: ValidationSettings) -> None:
        self._settings = settings
        self._catalogue: Catalogue = shipped().with_models(settings.models)
        self._rules = tuple(
            rule
            for rule in declared()
            if rule.id not in settings.disabled
            and (settings.evidence == "any" or rule.confidence != "double")
        )
        self._edge = _plan_of(rule for rule in self._rules if rule.stage in _EDGE_STAGES)
        self._json = _plan_of(rule for rule in self._rules if rule.stage == Stage.JSON)
        body = [rule for rule in self._rules if rule.check and rule.stage > Stage.SHAPE]
        self._completions = _plan_of(rule for rule in body if rule.on == ("prompt",))
        self._chat = _plan_of(rule for rule in body if rule.on == ("chat",))
        self._body = tuple(rule for rule in body if rule.on not in {("prompt",), ("chat",)})
        self._plans: dict[object, _Plan] = {}
        self._edges: dict[tuple[Credentials, bool], _Edge] = {}
        self._tools: Memo[ToolFacts | None] = Memo(_REMEMBERED)
        self._images: Memo[Image | None] = Memo(_REMEMBERED)
        self._pdfs: Memo[Pdf] = Memo(_REMEMBERED)
        self._accepted = AcceptedFrames()
        self._live: Validator | None = None

    def check(self, request: Request) -> Refusal | None:
        """The error that the API would answer to a request, None if it would take it."""
        if self._settings.mode == "off":
            return None
        frame = frame_of(request)
        if self._accepted.has(frame, len(request.body)):
            return None
        refusal = next(self._refusals(request), None)
        if refusal is not None:
            return self._with_hints([refusal], request)[0]
        if frame is not None:
            self._accepted.add(frame, self._most_bytes(request))
        return None

    def accepts_at_once(self, request: Request) -> bool:
        """Whether `check` says None, and without a look at the rules; False says nothing."""
        return self._settings.mode == "off" or self._accepted.has(frame_of(request), len(request.body))

    def check_all(self, request: Request) -> list[Refusal]:
        """The faults of a request, the one that the API would name first; 100 of them at most.

        Faults of meaning are looked for only where the shape lets the rules rely on it.
        """
        if self._settings.mode == "off":
            return []
        refusals = itertools.islice(self._refusals(request, every=True), _MOST)
        return self._with_hints(list(refusals), request)

    def check_row(self, params: Any, request: Request) -> Refusal | None:
        """The error of a batch's row, None if it would run.

        Args:
            params: the row's `params`.
            request: the one that created the batch; its headers count for the row.
        """
        if self._settings.mode == "off":
            return None
        endpoint = find_endpoint("/v1/messages")
        headers = read_headers(request.headers)
        edge = self._edge_of(request, headers)
        context = self._context(request, headers, edge.names, batch=True)
        context.body = params
        return next(self._judge(context, endpoint, edge.gates, every=False), None)

    def _refusals(self, request: Request, *, every: bool = False) -> Iterator[Refusal]:
        # 1. The network edge: size, path and method, before anybody looks at a key.
        endpoint = find_endpoint(request.path)
        if endpoint is not None and len(request.body) > endpoint.limit and self._applies(http.TOO_LARGE):
            yield http.TOO_LARGE.refusal(Violation(None))
            return  # a body that large is never read
        if endpoint is None:
            near = near_miss(request.path)
            if near is not None and self._applies(http.NOT_FOUND):
                yield replace(http.NOT_FOUND.refusal(Violation(None)), hint=near.hint)
            return
        if request.method not in endpoint.methods:
            if self._applies(http.METHOD):
                yield http.METHOD.refusal(Violation(None))
            return
        # 2. Credentials, version and betas.
        headers = read_headers(request.headers)
        edge = self._edge_of(request, headers)
        if edge.refusals:
            yield from edge.refusals
        if request.method != "POST" or endpoint.schema is None:
            return
        # 3. The text has to be JSON before it can have a shape.
        context = self._context(request, headers, edge.names)
        context.body = request.parsed
        if isinstance(context.body, NotJSON):
            yield from _run(self._json, context)
            return
        # 4. Shape, then meaning.
        yield from self._judge(context, endpoint, edge.gates, every=every)

    def _judge(
        self, context: Context, endpoint: Endpoint | None, gates: frozenset[str], *, every: bool
    ) -> Iterator[Refusal]:
        """The faults of a body: of its shape first, and then, as far as that can be relied on, of meaning."""
        if endpoint is None or endpoint.schema is None:
            return
        # The fast engine says yes or no; only a no is explained by the reference, which is slow.
        settings = self._settings
        variant = variant_of(endpoint.schema, gates, settings.mode, settings.rules)
        tools = self._facts_of_tools(context.body, variant)
        if tools is None or not variant.accepts(context.body):
            faults = variant.explain(context.body)
            applied = [fault for fault in faults if fault.rule.id not in self._settings.disabled]
            yield from (fault.refusal() for fault in applied)
            # Unknown fields, and their like, leave the rest reliable: a full report goes on without them.
            harmless = (
                all(fault.rule.id in _HARMLESS for fault in faults) and len(faults) < _reference.MOST_ITEMS
            )
            if (applied and not every) or not harmless:
                return  # rules rely on the shape
            unknown = [fault.pointer for fault in faults if fault.rule is _shape.EXTRA]
            context.body = _pruned.without(context.body, unknown)
            tools = _toolfacts.look_at(context.body.get("tools") or [])
        if self._settings.mode == "lenient":
            return  # shape only
        # Rules may rely on the shape from here on. What they all ask for is read once.
        if endpoint.schema == _COMPLETE:
            yield from _run(self._completions, context)
            return
        if endpoint.schema == _CHAT:
            yield from _run(self._chat, context)
            return
        if endpoint.schema in _MESSAGES:
            context.tools = tools
            context.conversation = ConversationFacts(context.body["messages"])
            context.model = self._model(context.body["model"])
            if context.model is None:
                yield from _run(self._plan(context, Stage.MODEL), context)
                if not every:
                    return
                context.model = _ANY_MODEL  # the report goes on with a model that has no limits of its own
        yield from _run(self._plan(context), context)

    def _plan(self, context: Context, stage: Stage | None = None) -> _Plan:
        """The rules that what the body holds may break, in their order."""
        conversation = context.conversation
        system = context.body.get("system")
        cached = bool(
            conversation.marks
            or context.tools.marks
            or context.body.get("cache_control")
            or (system.__class__ is list and any(block.get("cache_control") for block in system))
        )
        retired = None if context.model is None else context.model.retires
        key = (
            tuple(context.body),
            conversation.types,
            conversation.has_empty,
            conversation.has_system,
            conversation.last_role,
            context.tools.types,
            context.tools.strict > 0,
            context.thinking,
            context.batch,
            cached,
            stage,
            retired,
        )
        plan = self._plans.get(key)
        if plan is None:
            plan = self._make_plan(context, stage, cached=cached)
            if len(self._plans) >= _REMEMBERED:
                self._plans.clear()
            self._plans[key] = plan
        return plan

    def _make_plan(self, context: Context, stage: Stage | None, *, cached: bool) -> _Plan:
        conversation = context.conversation
        types = conversation.types
        marks = (
            "row" if context.batch else "",
            "empty" if conversation.has_empty else "",
            "role:system" if conversation.has_system else "",
            "cache" if cached else "",
            "strict" if context.tools.strict else "",
            f"last:{conversation.last_role}",
            f"thinking:{context.thinking}",
        )
        triggers = {*context.body, *marks, *(f"block:{kind}" for kind in types)}
        triggers.update(f"tool:{kind.rstrip('0123456789').rstrip('_')}" for kind in context.tools.types)
        if any(kind.endswith("_tool_result") and kind != "mcp_tool_result" for kind in types):
            triggers.add("server_result")
        end = None if context.model is None else context.model.retires
        return _plan_of(
            rule
            for rule in self._body
            if not triggers.isdisjoint(rule.on)
            and (rule.stage == stage if stage else rule.stage != Stage.MODEL)
            and not (rule.since and end and end < rule.since)
        )

    def _facts_of_tools(self, body: Any, variant: Variant) -> ToolFacts | None:
        """The facts about the tools; None if their shape is wrong."""
        tools = body.get("tools") if isinstance(body, dict) else None
        if not isinstance(tools, list) or not tools or not variant.knows_tools:
            return NO_TOOLS

        def judge() -> ToolFacts | None:
            return _toolfacts.look_at(tools) if variant.accepts_tools(tools) else None

        try:
            text = orjson.dumps(tools)
        except TypeError:  # nested deeper than orjson writes
            return judge()
        return self._tools.get(text, judge, variant)

    def _context(
        self, request: Request, headers: Credentials, names: frozenset[str], *, batch: bool = False
    ) -> Context:
        return Context(
            request.method,
            request.path,
            len(request.body),
            self._settings,
            self._catalogue,
            headers,
            names,
            None,
            None,
            NO_TOOLS,
            _NOBODY,
            batch,
            self._images,
            self._pdfs,
        )

    def _edge_of(self, request: Request, headers: Credentials) -> _Edge:
        key = (headers, request.path == CHAT)
        edge = self._edges.get(key)
        if edge is None:
            version = headers.version or "2023-06-01"
            names = frozenset((*headers.betas, _FIELDS_OF.get(version, version)))
            refusals = tuple(_run(self._edge, self._context(request, headers, names)))
            edge = _Edge(refusals, names, relevant(names))
            if len(self._edges) >= _REMEMBERED:
                self._edges.clear()
            self._edges[key] = edge
        return edge

    def _model(self, name: str) -> Model | None:
        model = self._catalogue.find(name)
        day = self._settings.as_of
        return None if model is not None and day is not None and model.retired_on(day) else model

    def _most_bytes(self, request: Request) -> int:
        """The size below which no body has too many words for the model of a request that was accepted."""
        name = request.parsed.get("model")  # anything, or nothing, where rules of shape are switched off
        model = self._model(name) if isinstance(name, str) else None
        return LARGEST if model is None else min(LARGEST, 2 * model.context)  # unknown: shape alone counts

    def _applies(self, rule: Rule) -> bool:
        return rule.id not in self._settings.disabled

    def _with_hints(self, refusals: list[Refusal], request: Request) -> list[Refusal]:
        """The refusals with what a person may want to know besides."""
        live = self._live_pointers(request) if any(_is_shape(refusal) for refusal in refusals) else None
        hinted = []
        for refusal in refusals:
            hints = [refusal.hint] if refusal.hint else []
            if refusal.rule == "model.not_found":
                hints.append(model_hint(self._catalogue, refusal.message.removeprefix("model: ")))
            if live is not None and _is_shape(refusal) and refusal.pointer not in live:
                hints.append("Only the documentation refuses this, the API takes it: see --rules live.")
            hinted.append(replace(refusal, hint=" ".join(hints) or None))
        return hinted

    def _live_pointers(self, request: Request) -> set[str | None] | None:
        """Where live behaviour finds fault with the shape; None if that is what refused already."""
        if self._settings.rules == "live":
            return None
        if self._live is None:
            self._live = Validator(replace(self._settings, rules="live"))
        return {refusal.pointer for refusal in self._live.check_all(request) if _is_shape(refusal)}


def _is_shape(refusal: Refusal) -> bool:
    """Whether the schemas refused: the only refusals in which the profiles can differ."""
    return refusal.rule.startswith("shape.")


def _plan_of(rules: Iterable[Rule]) -> _Plan:
    kept = tuple(rule for rule in rules if rule.check)
    asked: list[tuple[Rule, Check]] = []
    for rule in kept:
        if rule.check is not None and (not asked or rule.check is not asked[-1][1]):
            asked.append((rule, rule.check))
    return _Plan(kept, tuple(asked))


def _run(plan: _Plan, context: Context) -> Iterator[Refusal]:
    for rule, check in plan.asked:
        for fault in check(context):
            if fault.rule is None:
                yield rule.refusal(fault)
                continue
            for named in plan.rules:  # a rule that is switched off is not among them
                if named.id == fault.rule:
                    yield named.refusal(fault)
