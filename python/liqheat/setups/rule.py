"""What a row of the table of rules is made of: thresholds, a judge, and the words for what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from liqheat.records import RuleResult, Verdict
from liqheat.setups.case import Case
from liqheat.setups.thresholds import PRESETS, Preset, RuleValue
from liqheat.setups.words import Inputs, word


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge says of a case.

    Attributes
    ----------
    verdict : {'pass', 'fail', 'unknown'}
        The answer.
    inputs : mapping
        What it looked at, and every figure of its sentence; units stand in the names.
    says : tuple of str
        Phrases of the rule, in their order: they make the sentence.
    """

    verdict: Verdict
    inputs: Inputs
    says: tuple[str, ...]


def _no_points(_: RuleResult, __: Preset) -> int:
    return 0


def _no_flag(_: RuleResult, __: Preset) -> str | None:
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule: what it asks, its thresholds, who judges it, and what its answer counts for.

    Attributes
    ----------
    rule_id, name, asks : str
        ``R1`` … ``R18``, two words, and the question in one sentence.
    step : int
        Which of the article's five steps it belongs to: 1 an asymmetric cluster, 2 its distance, 3 the order book
        before it, 4 entry, stop and target, 5 size.
    values : tuple of RuleValue
        Thresholds.
    source : str
        Where they come from.
    is_hard : tuple of bool
        Whether a failure fails the setup, for the presets ``article`` and ``strict``.
    judge : callable
        Takes the case, returns the judgement.
    threshold : str
        What is compared with, in words; see `word`.
    phrases : mapping of str to str
        Words of what a judgement may say.
    inputs : mapping of str to str
        Inputs that stand in a table beside the sentence, and how each is written: one of `TABLE_FORMATS`.
    points : callable
        Soft evidence in a result.
    flag : callable
        Warning in a few words, where a result deserves one.
    cap : str, optional
        Threshold that limits the share of equity at risk unless the rule passes.
    must_be_known : bool
        Whether a setup is incomplete while it is unknown, hard or not.
    is_last : bool
        Whether it is judged after the others, whose points and caps it needs.
    """

    rule_id: str
    name: str
    asks: str
    values: tuple[RuleValue, ...]
    source: str
    is_hard: tuple[bool, bool]
    judge: Callable[[Case], Judgement] = field(repr=False)
    threshold: str
    phrases: Mapping[str, str]
    inputs: Mapping[str, str]
    points: Callable[[RuleResult, Preset], int] = field(default=_no_points, repr=False)
    flag: Callable[[RuleResult, Preset], str | None] = field(default=_no_flag, repr=False)
    cap: str | None = None
    must_be_known: bool = False
    is_last: bool = False
    step: int = field(kw_only=True)

    def is_hard_in(self, preset: Preset) -> bool:
        """Whether a failure fails the setup."""
        return self.is_hard[PRESETS.index(preset.name)]

    def result(self, case: Case) -> RuleResult:
        """The rule's answer to a case, with its words."""
        found = self.judge(case)
        known = {**case.preset.values, **found.inputs}
        return RuleResult(
            rule_id=self.rule_id,
            name=self.name,
            verdict=found.verdict,
            is_hard=self.is_hard_in(case.preset),
            inputs=found.inputs,
            threshold=word(self.threshold, known),
            sentence="".join(word(self.phrases[key], known) for key in found.says),
            says=found.says,
        )
