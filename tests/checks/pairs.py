"""True pairs of claim and evidence sentence from several fields, with the parts that the twins change.

Every sentence is invented for these tests. ``subject`` stands in the claim and in the evidence; ``other`` is what the subject
is compared with or acts upon, spelt as in the claim; ``turned`` is the claim with its direction reversed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """One true pair. ``turned`` and ``other`` are empty where the claim has no direction or no second thing."""

    field: str
    claim: str
    evidence: str
    subject: str
    other: str = ""
    turned: str = ""


PAIRS = (
    # ML systems
    Pair("ml", "QuadMerge reduces peak GPU memory by 37% compared with full fine-tuning.",
         "Compared with full fine-tuning, QuadMerge reduces peak GPU memory by 37%.",
         "QuadMerge", "full fine-tuning", "QuadMerge increases peak GPU memory by 37% compared with full fine-tuning."),
    Pair("ml", "RouteLite needs 14.2 GB of memory against 19.8 GB for dense training.",
         "RouteLite takes 14.2 GB of memory against 19.8 GB for dense training.", "RouteLite", "dense training"),
    Pair("ml", "SparseKit is 2.4 times slower than DenseKit at batch size 1.",
         "At batch size 1, SparseKit is 2.4 times slower than DenseKit on all tested prompts.",
         "SparseKit", "DenseKit", "SparseKit is 2.4 times faster than DenseKit at batch size 1."),
    Pair("ml", "Throughput of PageServe rises from 310 to 475 tokens per second.",
         "With the new cache, the throughput of PageServe rises from 310 to 475 tokens per second.",
         "PageServe", "", "Throughput of PageServe falls from 475 to 310 tokens per second."),
    Pair("ml", "HashGate trains 1.8 million parameters.",
         "In all runs HashGate trains 1,800,000 parameters, and the backbone stays frozen.", "HashGate"),
    Pair("ml", "LoopTune lowers training time by 22%.",
         "LoopTune lowers training time by 22%, but it does not improve accuracy.",
         "LoopTune", "training time", "LoopTune raises training time by 22%."),
    Pair("ml", "TwinNorm does not change perplexity.",
         "TwinNorm does not change the perplexity of the base model.", "TwinNorm", "perplexity"),
    Pair("ml", "On CodeBench-4, TallyNet scores 61.3% accuracy.",
         "TallyNet achieves an accuracy score of 61.3% on CodeBench-4.", "TallyNet"),
    Pair("ml", "FoldMoE adds 5.1 ms of latency per token over FlatMoE.",
         "FoldMoE adds 5.1 ms of latency per token over FlatMoE when both run on one GPU.", "FoldMoE", "FlatMoE"),
    Pair("ml", "GlueSet outperforms PlainSet by 3.2 points on GSM8K.",
         "On GSM8K, GlueSet outperforms PlainSet by 3.2 points.",
         "GlueSet", "PlainSet", "GlueSet underperforms PlainSet by 3.2 points on GSM8K."),
    Pair("ml", "The checkpoint of MiniPatch is 12 MB.", "The checkpoint of MiniPatch takes only 12 MB on disk.", "MiniPatch"),
    Pair("ml", "Quantization of DriftLM to 4 bits increases perplexity by 0.3 points.",
         "Quantization of DriftLM to 4 bits increases perplexity by 0.3 points on the validation set.",
         "DriftLM", "perplexity", "Quantization of DriftLM to 4 bits decreases perplexity by 0.3 points."),
    # databases
    Pair("db", "Index scans in OakDB are 3.5 times faster than table scans.",
         "We measured that index scans in OakDB are 3.5 times faster than table scans.",
         "OakDB", "table scans", "Index scans in OakDB are 3.5 times slower than table scans."),
    Pair("db", "RiverStore commits 12,400 transactions per second.",
         "On one node, RiverStore commits 12,400 transactions per second.", "RiverStore"),
    Pair("db", "Compression shrinks MapleLog files by 58%.",
         "Compression shrinks MapleLog files by 58% on average.",
         "MapleLog", "", "Compression expands MapleLog files by 58%."),
    Pair("db", "LeafTree uses less write bandwidth than PineTree.",
         "LeafTree uses less write bandwidth than PineTree under every workload.",
         "LeafTree", "PineTree", "LeafTree uses more write bandwidth than PineTree."),
    Pair("db", "StoneCache lowers the miss rate from 9.1% to 4.4%.",
         "The adaptive policy of StoneCache lowers the miss rate from 9.1% to 4.4%.",
         "StoneCache", "miss rate", "StoneCache raises the miss rate from 4.4% to 9.1%."),
    Pair("db", "Recovery of DeltaFile after a crash takes 41 seconds.",
         "Recovery of DeltaFile after a crash takes 41 seconds, measured over ten crashes.", "DeltaFile"),
    Pair("db", "BirchQueue delivers messages without duplicates.",
         "BirchQueue delivers all messages without duplicates.", "BirchQueue", "duplicates"),
    Pair("db", "Joins in CedarSQL need 1.5 TB of storage.", "Joins in CedarSQL need 1500 GB of storage.", "CedarSQL"),
    Pair("db", "Sharding increases the availability of FernBase.",
         "Sharding increases the availability of FernBase and reduces its tail latency.",
         "FernBase", "", "Sharding decreases the availability of FernBase."),
    Pair("db", "WillowSync replicates 80 partitions.", "In this setup WillowSync replicates 80 partitions over five sites.", "WillowSync"),
    # medicine
    Pair("med", "Zelotriptan reduces migraine attacks by 46% compared with placebo.",
         "In 412 adults, zelotriptan reduced migraine attacks by 46% compared with placebo.",
         "Zelotriptan", "placebo", "Zelotriptan increases migraine attacks by 46% compared with placebo."),
    Pair("med", "Mervadine lowers systolic blood pressure by 12 mmHg.",
         "Mervadine lowered systolic blood pressure by 12 mmHg after eight weeks.",
         "Mervadine", "systolic blood pressure", "Mervadine raises systolic blood pressure by 12 mmHg."),
    Pair("med", "Patients on tolvarin had a higher risk of bleeding than patients on heparin.",
         "Patients on tolvarin had a significantly higher risk of bleeding than patients on heparin.",
         "tolvarin", "heparin", "Patients on tolvarin had a lower risk of bleeding than patients on heparin."),
    Pair("med", "Ostrelin inhibits bone loss in women.", "Ostrelin inhibits bone loss in postmenopausal women.",
         "Ostrelin", "", "Ostrelin promotes bone loss in women."),
    Pair("med", "Brovacept prolongs survival by 5 months.",
         "Treatment with brovacept prolongs survival by 5 months.",
         "Brovacept", "survival", "Brovacept shortens survival by 5 months."),
    Pair("med", "Fenaxil had no effect on mortality.", "Fenaxil had no effect on mortality at one year.", "Fenaxil", "mortality"),
    Pair("med", "The dose of caprilone was 25 mg.", "The daily dose of caprilone was 25 mg.", "caprilone"),
    Pair("med", "KLR-9 activates NRP-2 in human neurons.", "KLR-9 activates NRP-2 in cultured human neurons.",
         "KLR-9", "NRP-2", "KLR-9 inhibits NRP-2 in human neurons."),
    Pair("med", "Vaccination with Immunex-3 prevents 91% of infections.",
         "Vaccination with Immunex-3 prevents 91% of infections in children.",
         "Immunex-3", "infections", "Vaccination with Immunex-3 causes 91% of infections."),
    Pair("med", "Smoking is associated with a higher incidence of torvia syndrome.",
         "Smoking was associated with a higher incidence of torvia syndrome in both sexes.",
         "torvia", "", "Smoking is associated with a lower incidence of torvia syndrome."),
    # physics
    Pair("phys", "The critical temperature of borazite is 39 K.", "The critical temperature of borazite is 39 K at ambient pressure.", "borazite"),
    Pair("phys", "Doping raises the conductivity of stelenium by 18%.",
         "Doping with iron raises the conductivity of stelenium by 18%.",
         "stelenium", "", "Doping lowers the conductivity of stelenium by 18%."),
    Pair("phys", "The decay of meson Kappa7 takes 2.1 nanoseconds.",
         "The decay of meson Kappa7 takes 2.1 nanoseconds in vacuum.", "Kappa7"),
    Pair("phys", "Galaxy NGC-8812 rotates more slowly than galaxy NGC-1290.",
         "Galaxy NGC-8812 rotates more slowly than galaxy NGC-1290 at every radius.",
         "NGC-8812", "NGC-1290", "Galaxy NGC-8812 rotates faster than galaxy NGC-1290."),
    Pair("phys", "Laser pulses compress the plasma by a factor of 4.2.",
         "Short laser pulses compress the plasma by a factor of 4.2.", "plasma"),
    Pair("phys", "Arvonite is harder than quartz.", "Arvonite is harder than quartz at room temperature.", "Arvonite", "quartz"),
    Pair("phys", "The detector measured 128 events.", "Over three days the detector measured 128 events.", "detector"),
    Pair("phys", "Strain suppresses magnetic order in velirium films.",
         "Strain suppresses magnetic order in thin velirium films.",
         "velirium", "", "Strain enhances magnetic order in velirium films."),
)  # fmt: skip
