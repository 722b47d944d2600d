"""True pairs of claim and evidence sentence from several fields, with the parts that the twins change.

Every sentence is invented for these tests. ``subject`` stands in the claim and in the evidence; ``other`` is what the
subject is compared with or acts upon, spelt as in the claim; ``turned`` is the claim with its direction reversed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """One true pair. ``other`` and ``turned`` are empty where the claim has no second thing or no direction."""

    field: str
    claim: str
    evidence: str
    subject: str
    other: str = ""
    turned: str = ""


PAIRS = (
    Pair(
        "ml",
        "QuadMerge reduces peak GPU memory by 37% compared with full fine-tuning.",
        "Compared with full fine-tuning, QuadMerge reduces peak GPU memory by 37%.",
        "QuadMerge",
        other="full fine-tuning",
        turned="QuadMerge increases peak GPU memory by 37% compared with full fine-tuning.",
    ),
    Pair(
        "ml",
        "RouteLite needs 14.2 GB of memory against 19.8 GB for dense training.",
        "RouteLite takes 14.2 GB of memory against 19.8 GB for dense training.",
        "RouteLite",
        other="dense training",
    ),
    Pair(
        "ml",
        "SparseKit is 2.4 times slower than DenseKit at batch size 1.",
        "At batch size 1, SparseKit is 2.4 times slower than DenseKit on all tested prompts.",
        "SparseKit",
        other="DenseKit",
        turned="SparseKit is 2.4 times faster than DenseKit at batch size 1.",
    ),
    Pair(
        "ml",
        "Throughput of PageServe rises from 310 to 475 tokens per second.",
        "With the new cache, the throughput of PageServe rises from 310 to 475 tokens per second.",
        "PageServe",
        turned="Throughput of PageServe falls from 475 to 310 tokens per second.",
    ),
    Pair(
        "ml",
        "HashGate trains 1.8 million parameters.",
        "In all runs HashGate trains 1,800,000 parameters, and the backbone stays frozen.",
        "HashGate",
    ),
    Pair(
        "ml",
        "LoopTune lowers training time by 22%.",
        "LoopTune lowers training time by 22%, but it does not improve accuracy.",
        "LoopTune",
        other="training time",
        turned="LoopTune raises training time by 22%.",
    ),
    Pair(
        "ml",
        "TwinNorm does not change perplexity.",
        "TwinNorm does not change the perplexity of the base model.",
        "TwinNorm",
        other="perplexity",
    ),
    Pair(
        "ml",
        "On CodeBench-4, TallyNet scores 61.3% accuracy.",
        "TallyNet achieves an accuracy score of 61.3% on CodeBench-4.",
        "TallyNet",
    ),
    Pair(
        "ml",
        "FoldMoE adds 5.1 ms of latency per token over FlatMoE.",
        "FoldMoE adds 5.1 ms of latency per token over FlatMoE when both run on one GPU.",
        "FoldMoE",
        other="FlatMoE",
    ),
    Pair(
        "ml",
        "GlueSet outperforms PlainSet by 3.2 points on GSM8K.",
        "On GSM8K, GlueSet outperforms PlainSet by 3.2 points.",
        "GlueSet",
        other="PlainSet",
        turned="GlueSet underperforms PlainSet by 3.2 points on GSM8K.",
    ),
    Pair(
        "ml",
        "The checkpoint of MiniPatch is 12 MB.",
        "The checkpoint of MiniPatch takes only 12 MB on disk.",
        "MiniPatch",
    ),
    Pair(
        "ml",
        "Quantization of DriftLM to 4 bits increases perplexity by 0.3 points.",
        "Quantization of DriftLM to 4 bits increases perplexity by 0.3 points on the validation set.",
        "DriftLM",
        other="perplexity",
        turned="Quantization of DriftLM to 4 bits decreases perplexity by 0.3 points.",
    ),
    Pair(
        "db",
        "Index scans in OakDB are 3.5 times faster than table scans.",
        "We measured that index scans in OakDB are 3.5 times faster than table scans.",
        "OakDB",
        other="table scans",
        turned="Index scans in OakDB are 3.5 times slower than table scans.",
    ),
    Pair(
        "db",
        "RiverStore commits 12,400 transactions per second.",
        "On one node, RiverStore commits 12,400 transactions per second.",
        "RiverStore",
    ),
    Pair(
        "db",
        "Compression shrinks MapleLog files by 58%.",
        "Compression shrinks MapleLog files by 58% on average.",
        "MapleLog",
        turned="Compression expands MapleLog files by 58%.",
    ),
    Pair(
        "db",
        "LeafTree uses less write bandwidth than PineTree.",
        "LeafTree uses less write bandwidth than PineTree under every workload.",
        "LeafTree",
        other="PineTree",
        turned="LeafTree uses more write bandwidth than PineTree.",
    ),
    Pair(
        "db",
        "StoneCache lowers the miss rate from 9.1% to 4.4%.",
        "The adaptive policy of StoneCache lowers the miss rate from 9.1% to 4.4%.",
        "StoneCache",
        other="miss rate",
        turned="StoneCache raises the miss rate from 4.4% to 9.1%.",
    ),
    Pair(
        "db",
        "Recovery of DeltaFile after a crash takes 41 seconds.",
        "Recovery of DeltaFile after a crash takes 41 seconds, measured over ten crashes.",
        "DeltaFile",
    ),
    Pair(
        "db",
        "BirchQueue delivers messages without duplicates.",
        "BirchQueue delivers all messages without duplicates.",
        "BirchQueue",
        other="duplicates",
    ),
    Pair(
        "db",
        "Joins in CedarSQL need 1.5 TB of storage.",
        "Joins in CedarSQL need 1500 GB of storage.",
        "CedarSQL",
    ),
    Pair(
        "db",
        "Sharding increases the availability of FernBase.",
        "Sharding increases the availability of FernBase and reduces its tail latency.",
        "FernBase",
        turned="Sharding decreases the availability of FernBase.",
    ),
    Pair(
        "db",
        "WillowSync replicates 80 partitions.",
        "In this setup WillowSync replicates 80 partitions over five sites.",
        "WillowSync",
    ),
    Pair(
        "med",
        "Zelotriptan reduces migraine attacks by 46% compared with placebo.",
        "In 412 adults, zelotriptan reduced migraine attacks by 46% compared with placebo.",
        "Zelotriptan",
        other="placebo",
        turned="Zelotriptan increases migraine attacks by 46% compared with placebo.",
    ),
    Pair(
        "med",
        "Mervadine lowers systolic blood pressure by 12 mmHg.",
        "Mervadine lowered systolic blood pressure by 12 mmHg after eight weeks.",
        "Mervadine",
        other="systolic blood pressure",
        turned="Mervadine raises systolic blood pressure by 12 mmHg.",
    ),
    Pair(
        "med",
        "Patients on tolvarin had a higher risk of bleeding than patients on heparin.",
        "Patients on tolvarin had a significantly higher risk of bleeding than patients on heparin.",
        "tolvarin",
        other="heparin",
        turned="Patients on tolvarin had a lower risk of bleeding than patients on heparin.",
    ),
    Pair(
        "med",
        "Ostrelin inhibits bone loss in women.",
        "Ostrelin inhibits bone loss in postmenopausal women.",
        "Ostrelin",
        turned="Ostrelin promotes bone loss in women.",
    ),
    Pair(
        "med",
        "Brovacept prolongs survival by 5 months.",
        "Treatment with brovacept prolongs survival by 5 months.",
        "Brovacept",
        other="survival",
        turned="Brovacept shortens survival by 5 months.",
    ),
    Pair(
        "med",
        "Fenaxil had no effect on mortality.",
        "Fenaxil had no effect on mortality at one year.",
        "Fenaxil",
        other="mortality",
    ),
    Pair(
        "med",
        "The dose of caprilone was 25 mg.",
        "The daily dose of caprilone was 25 mg.",
        "caprilone",
    ),
    Pair(
        "med",
        "KLR-9 activates NRP-2 in human neurons.",
        "KLR-9 activates NRP-2 in cultured human neurons.",
        "KLR-9",
        other="NRP-2",
        turned="KLR-9 inhibits NRP-2 in human neurons.",
    ),
    Pair(
        "med",
        "Vaccination with Immunex-3 prevents 91% of infections.",
        "Vaccination with Immunex-3 prevents 91% of infections in children.",
        "Immunex-3",
        other="infections",
        turned="Vaccination with Immunex-3 causes 91% of infections.",
    ),
    Pair(
        "med",
        "Smoking is associated with a higher incidence of torvia syndrome.",
        "Smoking was associated with a higher incidence of torvia syndrome in both sexes.",
        "torvia",
        turned="Smoking is associated with a lower incidence of torvia syndrome.",
    ),
    Pair(
        "phys",
        "The critical temperature of borazite is 39 K.",
        "The critical temperature of borazite is 39 K at ambient pressure.",
        "borazite",
    ),
    Pair(
        "phys",
        "Doping raises the conductivity of stelenium by 18%.",
        "Doping with iron raises the conductivity of stelenium by 18%.",
        "stelenium",
        turned="Doping lowers the conductivity of stelenium by 18%.",
    ),
    Pair(
        "phys",
        "The decay of meson Kappa7 takes 2.1 nanoseconds.",
        "The decay of meson Kappa7 takes 2.1 nanoseconds in vacuum.",
        "Kappa7",
    ),
    Pair(
        "phys",
        "Galaxy NGC-8812 rotates more slowly than galaxy NGC-1290.",
        "Galaxy NGC-8812 rotates more slowly than galaxy NGC-1290 at every radius.",
        "NGC-8812",
        other="NGC-1290",
        turned="Galaxy NGC-8812 rotates faster than galaxy NGC-1290.",
    ),
    Pair(
        "phys",
        "Laser pulses compress the plasma by a factor of 4.2.",
        "Short laser pulses compress the plasma by a factor of 4.2.",
        "plasma",
    ),
    Pair(
        "phys",
        "Arvonite is harder than quartz.",
        "Arvonite is harder than quartz at room temperature.",
        "Arvonite",
        other="quartz",
    ),
    Pair(
        "phys",
        "The detector measured 128 events.",
        "Over three days the detector measured 128 events.",
        "detector",
    ),
    Pair(
        "phys",
        "Strain suppresses magnetic order in velirium films.",
        "Strain suppresses magnetic order in thin velirium films.",
        "velirium",
        turned="Strain enhances magnetic order in velirium films.",
    ),
    Pair(
        "ml",
        "BranchLite consumes 1.2 TB of GPU memory.",
        "For the largest model, the GPU memory footprint of BranchLite is 1200 GB.",
        "BranchLite",
    ),
    Pair(
        "ml",
        "VaultMoE has a lower latency than CrateMoE.",
        "VaultMoE is faster than CrateMoE at inference.",
        "VaultMoE",
        other="CrateMoE",
        turned="VaultMoE has a higher latency than CrateMoE.",
    ),
    Pair(
        "db",
        "CoralDB is slower than ReefDB.",
        "ReefDB is faster than CoralDB on every query.",
        "CoralDB",
        other="ReefDB",
        turned="CoralDB is faster than ReefDB.",
    ),
    Pair(
        "db",
        "EmberLog retains about 40% of its records.",
        "After compaction, EmberLog retains 39.8% of its records.",
        "EmberLog",
    ),
    Pair(
        "med",
        "Doluvane was associated with increased mortality.",
        "There was a significant increase in mortality associated with doluvane.",
        "Doluvane",
        other="mortality",
        turned="Doluvane was associated with decreased mortality.",
    ),
    Pair(
        "med",
        "Trivexin suppresses the growth of tumors.",
        "Trivexin inhibited tumor growth in all treated animals.",
        "Trivexin",
        other="tumors",
        turned="Trivexin promotes the growth of tumors.",
    ),
    Pair(
        "med",
        "Expression of LRX7 is inhibited by comarin.",
        "Comarin inhibits the expression of LRX7.",
        "comarin",
        other="LRX7",
        turned="Expression of LRX7 is activated by comarin.",
    ),
    Pair(
        "phys",
        "Heating raises the resistance of tantorite by two fifths.",
        "Heating to 90 K raises the resistance of tantorite by 40%.",
        "tantorite",
        turned="Heating lowers the resistance of tantorite by two fifths.",
    ),
)
