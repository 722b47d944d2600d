"""A realistic record with hostile strings in it, and the parts it is built from."""

from __future__ import annotations

from uuid import UUID

from sovereign.records import (
    Answer,
    AnswerSentence,
    Candidate,
    CheckOutcome,
    Claim,
    Comparison,
    Counters,
    Decision,
    Disagreement,
    Environment,
    Evidence,
    Facet,
    FacetAnswer,
    Failure,
    Finding,
    GateVerdict,
    Measurement,
    OpenPoint,
    Paper,
    Plan,
    ProtocolKey,
    Quantity,
    Query,
    Quote,
    Record,
    Result,
    Retrieval,
    ReviewRound,
    ScoreTerm,
    Setting,
    Side,
    Verification,
    short_id,
    text_hash,
)

QUESTION = (
    "What is the computational overhead of implementing expert bridging versus full fine-tuning in terms of inference "
    "latency and memory usage across different model scales from 110M to 175B parameters?"
)
SCRIPT = "<script>alert(1)</script>"
HANDLER = 'x" onmouseover="alert(2)'
MARKDOWN = "[press](javascript:alert(3)) ![p](https://evil.example/p.png) | cell | **b** <img src=x onerror=alert(4)>"
FORMULA = '=HYPERLINK("https://evil.example","press")'
BIDI = "safe\u202egnp.exe\u202c\u200b\x07"
LONG_TITLE = "On " + " and ".join(f"matter {n}" for n in range(1, 34)) + " of LoRA Mixtures"

MIXLORA = Paper(
    id="arxiv:2404.15159",
    title="MixLoRA: Enhancing Large Language Models Fine-Tuning with LoRA-based Mixture of Experts",
    authors=(
        "Dengchun Li",
        "Yingzi Ma",
        "Naizheng Wang",
        "Zhengmao Ye",
        "Zhiyuan Cheng",
        "Yinghao Tang",
        "Yan Zhang",
        "Lei Duan",
        "Jie Zuo",
        "Cal Yang",
        "Mingjie Tang",
    ),
    year=2024,
    venue="arXiv preprint (version 3, 20 July 2024)",
    doi="10.48550/arXiv.2404.15159",
    arxiv_id="2404.15159",
    url="https://arxiv.org/abs/2404.15159",
    location="li2024-mixlora.md",
    our_words=True,
)
SWITCH = Paper(
    id="arxiv:2405.17741",
    title="LoRA-Switch: Boosting the Efficiency of Dynamic LLM Adapters via System-Algorithm Co-design",
    authors=("Rui Kong", "Qiyang Li"),
    year=2024,
    venue="arXiv preprint",
    arxiv_id="2405.17741",
    url="https://arxiv.org/abs/2405.17741",
    our_words=True,
)
VLLM = Paper(
    id="doi:10.1145/3600006.3613165",
    title="Efficient Memory Management for Large Language Model Serving with PagedAttention",
    authors=("Woosuk Kwon", "Zhuohan Li", "Ion Stoica"),
    year=2023,
    venue="SOSP 2023",
    doi="10.1145/3600006.3613165",
    url="https://arxiv.org/abs/2309.06180",
)
EVIL = Paper(
    id="title:evil",
    title=f"{LONG_TITLE} {SCRIPT} {MARKDOWN} {{100% & more_of}} \\input{{x}}",
    authors=(HANDLER, "Ünïcode Ångström", "Smith and Jones", BIDI),
    year=2025,
    venue=FORMULA,
    url="javascript:alert(5)",
)
SECOND_LI = Paper(
    id="title:second", title="MixLoRA revisited", authors=("Li, Wei",), year=2024, url="https://a.b@evil.example/"
)


def quote(paper: Paper, text: str, where: str | None = None, **more: object) -> Quote:
    """A quote of ``paper`` that starts its stored text."""
    values: dict[str, object] = {
        "text": text,
        "text_hash": text_hash(text),
        "start": 0,
        "end": len(text),
        "paper_id": paper.id,
        "source_id": paper.id,
        "section": "Findings" if paper.our_words else "4 Experiments",
        "depth": "note" if paper.our_words else "full_text",
        "where": where,
        "seen": "yes" if paper.our_words else None,
        "our_words": paper.our_words,
    }
    return Quote.model_validate(values | more)


def check(name: str, outcome: str = "pass", reason: str = "as in the quote", **more: object) -> CheckOutcome:
    """The outcome of one check."""
    return CheckOutcome.model_validate({"check": name, "outcome": outcome, "reason": reason, **more})


def evidence(of: Quote, relation: str = "own_quote", verdict: str = "SUPPORT", *checks: CheckOutcome) -> Evidence:
    """A passage held against a claim, by default its own sentence with the usual checks."""
    usual = (
        check("anchor", reason="the quote stands in the stored text at 0"),
        check("number", reason="every figure of the claim is in the passage"),
        check("unit"),
        check("direction"),
        check("polarity"),
        check("scope", "not_applicable", "no scope word"),
        check("entailment", "unclear", "no entailment model is set up"),
        check("lexical", "pass", "cosine of word 1-2-grams against 0.15", decides=False, value=0.31),
    )
    return Evidence.model_validate(
        {
            "quote": of,
            "relation": relation,
            "verdict": verdict,
            "scope": "same",
            "checks": checks or usual,
            "reason": "number, unit and direction agree" if verdict == "SUPPORT" else "the figures differ",
        }
    )


def verification(verdict: str, *passages: Evidence, verified: bool = False, reason: str = "") -> Verification:
    """A verdict with its evidence."""
    return Verification.model_validate(
        {
            "verdict": verdict,
            "reason": reason or "the passage says the same",
            "deciding": ("number", "unit", "direction") if passages else (),
            "anchored": True,
            "verified": verified,
            "independent_groups": sum(p.relation == "independent" for p in passages),
            "evidence": passages,
        }
    )


def _claims() -> tuple[Claim, ...]:
    latency = quote(
        MIXLORA,
        "At inference on LLaMA-2 7B, MixLoRA with the shared-projection optimisation needs 442.2 microseconds per "
        "token, which is 183.2% of the latency of unmerged LoRA.",
        "Table 6",
    )
    raw = quote(
        MIXLORA,
        "At inference on LLaMA-2 7B, unoptimised MixLoRA needs 532.8 microseconds per token, 220.7% of the 241.4 "
        "microseconds of unmerged LoRA, while unmerged DoRA needs 645.3 microseconds.",
        "Table 6",
    )
    memory = quote(
        MIXLORA,
        "For a single model on LLaMA-2 7B, peak GPU memory of MixLoRA is 15.1 GB in training and 13.7 GB in inference, "
        "against 15.2 GB and 13.7 GB for LoRA.",
        "Table 6",
    )
    thirty = quote(
        MIXLORA,
        "The MixLoRA abstract credits its framework with 40% less GPU memory and 30% less token computation latency in "
        "both training and inference.",
        "abstract",
    )
    switch = quote(
        SWITCH,
        "Dynamic adapters raise the decoding latency of Llama-2-7B by 250% to 950% over the bare model.",
        "Section 1",
        secondhand=True,
    )
    named = quote(
        SWITCH,
        "Unmerged DoRA adds 139% to the inference time of the base model.",
        "PEFT documentation",
        source_id="named:PEFT documentation",
    )
    recalled = quote(
        MIXLORA, "BERT base has 110M parameters.", "Section 3", seen="recalled", source_id="arxiv:1810.04805"
    )
    vllm = quote(VLLM, "The attention kernel of vLLM has 20% to 26% higher latency.", page=11)
    evil = quote(EVIL, f"{FORMULA} {SCRIPT} {HANDLER}\n# heading\n- item {MARKDOWN}", f"]{BIDI}|")
    llama = Setting(
        model="LLaMA-2 7B",
        scale=Quantity(value=7e9, unit="parameters", text="7B"),
        phase="inference",
        conditions=("rank 16",),
    )
    ratio = Result(
        subject="MixLoRA",
        comparator="unmerged LoRA",
        metric="latency",
        value=Quantity(value=442.2, unit="µs/token", text="442.2 microseconds per token"),
        comparator_value=Quantity(value=241.4, unit="µs/token", text="241.4 microseconds"),
        direction="increase",
        ratio=1.832,
    )
    return (
        Claim(
            id="C1",
            text=latency.text,
            quote=latency,
            setting=llama,
            results=(ratio,),
            verification=verification(
                "SUPPORT", evidence(latency), evidence(raw, "own_work"), evidence(switch, "independent"), verified=True
            ),
            rungs=(0, 1, 2),
        ),
        Claim(
            id="C2",
            text=raw.text,
            quote=raw,
            setting=llama,
            results=(ratio, Result(subject="DoRA", value=Quantity(value=645.3, unit="µs", text="645.3 microseconds"))),
            verification=verification("SUPPORT", evidence(raw), verified=False),
        ),
        Claim(
            id="C3",
            text="MixLoRA has the same peak memory as LoRA at inference on LLaMA-2 7B.",
            quote=memory,
            setting=llama,
            results=(Result(subject="MixLoRA", comparator="LoRA", metric="memory", direction="equal", ratio=1.0),),
            verification=verification("SUPPORT", evidence(memory)),
            gate=GateVerdict(
                status="UNVERIFIED", reason="proxy_consistent", protocol="overhead", protocol_match="proxy"
            ),
        ),
        Claim(
            id="C4",
            text=thirty.text,
            quote=thirty,
            setting=Setting(),
            results=(Result(subject="MixLoRA", metric="latency", direction="decrease", ratio=0.7),),
            verification=verification(
                "CONTRADICT",
                evidence(thirty),
                evidence(raw, "own_work", "CONTRADICT", check("number", "fail", "532.8 to 442.2 is 17.0%, not 30%")),
                reason="another table of the same work gives 17.0%",
            ),
        ),
        Claim(
            id="C5",
            text=switch.text,
            quote=switch,
            setting=Setting(),
            verification=verification("MIXED", evidence(switch)),
        ),
        Claim(
            id="C6",
            text=named.text,
            quote=named,
            setting=Setting(),
            results=(Result(value=Quantity(value=-139.0, unit="%", text="139%")),),
            verification=verification("NOT_ENOUGH_INFO", evidence(named)),
        ),
        Claim(
            id="C7",
            text=recalled.text,
            quote=recalled,
            setting=Setting(),
            verification=verification("UNCHECKED", reason="the note recalls it and names nothing that was read"),
        ),
        Claim(id="C8", text=f"{vllm.text} {BIDI}", quote=vllm, setting=Setting()),
        Claim(id="C9", text=f"{FORMULA} {SCRIPT} {MARKDOWN}", quote=evil, setting=Setting(model=HANDLER)),
    )


def _answer() -> Answer:
    latency = AnswerSentence(
        text="At 7B, MixLoRA takes 1.83 to 2.21 times the time per token of unmerged LoRA.", claim_ids=("C1", "C2")
    )
    base = AnswerSentence(
        text="A fully fine-tuned model has the cost of its base, so the bare model stands in for it.",
        claim_ids=("C5",),
        measurement_ids=("M1",),
        inferred=True,
    )
    memory = AnswerSentence(text="Peak memory at inference is that of one LoRA.", claim_ids=("C3", "C99"))

    def row(
        metric: str, one: str, two: str, ratio: float | None, claim: str, comparator: str = "unmerged LoRA"
    ) -> Comparison:
        return Comparison(
            facet_id="F3",
            metric=metric,
            subject="MixLoRA",
            comparator=comparator,
            subject_value=one,
            comparator_value=two,
            ratio=ratio,
            scale="7B",
            setting="LLaMA-2 7B, inference",
            claim_id=claim,
        )

    return Answer(
        state="PARTLY_ANSWERED",
        summary=(latency, base, memory),
        facets=(
            FacetAnswer(facet_id="F1", state="ANSWERED", reason="five claims speak of it", sentences=(latency,)),
            FacetAnswer(
                facet_id="F2",
                state="NOT_ANSWERABLE",
                reason="no claim compares with full fine-tuning",
                missing=("a measurement against a fully fine-tuned model", f"anything at 175B {SCRIPT}"),
            ),
            FacetAnswer(
                facet_id="F3", state="PARTLY_ANSWERED", reason="7B and 2B only", sentences=(base,), missing=("110M",)
            ),
        ),
        comparisons=(
            row("latency", "442.2 µs/token", "241.4 µs/token", 442.2 / 241.4, "C1"),
            row("memory", "13.7 GB", "13.7 GB", 1.0, "C3", "LoRA"),
            row("latency", "532.8 µs/token", "241.4 µs/token", 532.8 / 241.4, "C2"),
            row("latency", f"{MARKDOWN}", "", None, "C9"),
        ),
        disagreements=(
            Disagreement(
                subject="MixLoRA",
                metric="latency saving",
                kind="magnitude",
                sides=(
                    Side(statement="30% less latency", claim_ids=("C4",), source_ids=("arxiv:2404.15159",)),
                    Side(statement="17.0% less latency", claim_ids=("C1", "C2"), source_ids=("arxiv:2404.15159v3",)),
                ),
                why="The abstract states a figure that the work's own Table 6 does not give.",
            ),
            Disagreement(
                subject="LoRA mixtures",
                metric="latency",
                kind="level",
                sides=(
                    Side(statement="1.8 to 2.2 times", claim_ids=("C1",), source_ids=("arxiv:2404.15159",)),
                    Side(
                        statement=f"250% to 950% more {HANDLER}",
                        claim_ids=("C5",),
                        source_ids=("named:PEFT documentation",),
                    ),
                ),
                why="The baseline differs: unmerged LoRA against the bare model.",
            ),
        ),
        open_points=(
            OpenPoint(text="Nothing measured reaches 175B.", facet_id="F3", needs="a run on a large machine"),
            OpenPoint(text=f"- [x] {MARKDOWN}"),
        ),
    )


def build(**changes: object) -> Record:
    """The record; ``changes`` replace its fields."""
    record_id = UUID("a6718a17-5d2c-4f0e-9a52-0d6a2b4c8e11")
    record = Record(
        id=record_id,
        short_id=short_id(record_id),
        created_at="2026-05-28T09:30:00+00:00",
        question=QUESTION,
        plan=Plan(
            question=QUESTION,
            facets=(
                Facet(
                    id="F1",
                    kind="subject",
                    text="expert bridging",
                    terms=("expert bridging",),
                    synonyms=("MixLoRA", "LoRA-MoE"),
                ),
                Facet(id="F2", kind="comparator", text="full fine-tuning", terms=("full fine-tuning",)),
                Facet(
                    id="F3",
                    kind="scale",
                    text="110M to 175B parameters",
                    low=Quantity(value=1.1e8, unit="parameters", text="110M"),
                    high=Quantity(value=1.75e11, unit="parameters", text="175B"),
                ),
            ),
            queries=(
                Query(text="mixture of LoRA experts inference latency", facet_ids=("F1",)),
                Query(text="full fine-tuning memory", facet_ids=("F2", "F3")),
            ),
            notes=("“expert bridging” is read as routed LoRA experts on a frozen model",),
        ),
        retrieval=Retrieval(
            sources=("starter library",),
            candidates=(
                Candidate(
                    paper_id=MIXLORA.id,
                    title=MIXLORA.title,
                    location="a.md",
                    score=0.0328,
                    ranks=(1, 2),
                    kept=True,
                    reason="rank 1",
                ),
                Candidate(
                    paper_id="x",
                    title=f"A {SCRIPT}",
                    location="b.md",
                    score=0.001,
                    ranks=(0, 9),
                    kept=False,
                    reason="no facet",
                ),
            ),
            failures=(
                Failure(where=f"papers/{BIDI}broken|.pdf", reason="it holds no text layer", advice="Run OCR on it."),
            ),
            merged=("arxiv:2404.15159 = doi:10.48550/arXiv.2404.15159",),
        ),
        papers=(MIXLORA, SWITCH, VLLM, EVIL, SECOND_LI),
        claims=_claims(),
        measurements=(
            Measurement(
                id="M1",
                protocol="overhead",
                key=ProtocolKey(
                    metric="latency", method="MixLoRA", comparator="base", setting=(("model", "SmolLM2-135M"),)
                ),
                quantity=Quantity(value=1.61, unit="x", text="1.61×"),
                artifact="ab" * 32,
                how="measured",
            ),
        ),
        answer=_answer(),
        reviews=(
            ReviewRound(
                number=1,
                findings=(
                    Finding(
                        role="SKEPTIC",
                        code="one_source",
                        severity="major",
                        text=f"One source {SCRIPT}",
                        claim_ids=("C1",),
                    ),
                    Finding(
                        role="VALIDATOR", code="scale", severity="minor", text="No figure above 7B.", facet_ids=("F3",)
                    ),
                ),
                terms=(
                    ScoreTerm(name="coverage", share=0.5, weight=4.0, points=2.0, basis="1.5 of 3 facets"),
                    ScoreTerm(name="verified claims", share=0.25, weight=4.0, points=1.0, basis="1 of 4 cited"),
                    ScoreTerm(name="reproduction", share=None, weight=2.0, points=0.0, basis="nothing was run"),
                ),
                score=3.0,
            ),
            ReviewRound(number=2, findings=(), terms=(), score=7.67, changes=("added the disagreement on 30%",)),
        ),
        decision=Decision(
            outcome="HOLD",
            rule="few_verified",
            policy="default 1.0",
            inputs={"verified": 1, "score": 7.67, "level": 1, "answered": False},
            reasons=("1 verified claim, 3 needed",),
        ),
        counters=Counters(
            papers_seen=19,
            papers_kept=5,
            extracted=9,
            anchored=6,
            supported=3,
            contradicted=1,
            mixed=1,
            not_enough_info=1,
            unchecked=3,
            verified=1,
            measured=1,
            cited=5,
        ),
        level=2,
        limits=("Notes are secondary summaries; no original was read.", f"Limit {MARKDOWN}"),
        environment=Environment(
            sovereign="0.1.0",
            python="3.11.7",
            platform="Linux",
            seed=7,
            settings={"policy": "default", "evil": SCRIPT},
            files_read=60,
            files_unchanged=0,
            seconds={"plan": 0.1},
        ),
    )
    record = record.model_copy(update=changes)
    return record.model_copy(update={"content_hash": record.computed_hash()})
