"""Sentences with what they say: under each, one line per result, its parts separated by "|", "-" for a part not given.

    subject | value | comparator | comparator's value | metric | direction | ratio

A sentence with no line under it states no result. The names are made up, and the sentences are of several fields.
"""

SENTENCES = """
# A change, and when it holds
Alpha reduces GPU memory consumption by 40% during training and inference.
    Alpha | 40% | - | - | memory | decrease | 0.6
Alpha lowers latency by 30% in inference.
    Alpha | 30% | - | - | latency | decrease | 0.7
# Two values
Alpha takes 15.43 GB against 16.32 GB for Beta.
    Alpha | 15.43 GB | Beta | 16.32 GB | memory | decrease | 0.9455
The optimised build runs in 14.2 s, compared to 21.7 s for the default build.
    optimised build | 14.2 s | default build | 21.7 s | latency | decrease | 0.6544
Under heavy load, Alpha achieves 9.4 Gbps versus 3.1 Gbps for Beta.
    Alpha | 9.4 Gbps | Beta | 3.1 Gbps | throughput | increase | 3.032
The latency of Alpha is 12 ms vs. 15 ms for Beta.
    Alpha | 12 ms | Beta | 15 ms | latency | decrease | 0.8
Alpha runs at 85 tokens/s against 60 tokens/s for Beta on one card.
    Alpha | 85 tokens/s | Beta | 60 tokens/s | throughput | increase | 1.417
Alpha scores 58.1 on QA-1 and 49.7 on QA-2 against 51.1 and 48.2 for Beta.
    Alpha | 58.1 | Beta | 51.1 | accuracy | increase | 1.137
    Alpha | 49.7 | Beta | 48.2 | accuracy | increase | 1.031
Alpha averages 41.5 with 0.341% trainable parameters against 40.3 for Beta with 2.976%.
    Alpha | 41.5 | Beta | 40.3 | accuracy | increase | 1.03
    Alpha | 0.341% | Beta | 2.976% | trainable_parameters | decrease | 0.1146
Alpha needs 0.735 seconds per token against 6.633 with Beta and 2.486 with Gamma.
    Alpha | 0.735 seconds per token | Beta | 6.633 | latency | decrease | 0.1108
    Alpha | 0.735 seconds per token | Gamma | 2.486 | latency | decrease | 0.2957
Fine-tuning the model takes 15.43 GB with Alpha against 16.32 GB with Beta.
    Alpha | 15.43 GB | Beta | 16.32 GB | memory | decrease | 0.9455
Training with Alpha takes 14 GPU hours versus 31 GPU hours with Beta.
    Alpha | 14 GPU hours | Beta | 31 GPU hours | training_time | decrease | 0.4516
Alpha scores 73.55% on QA-1, below the 76.25% of Beta.
    Alpha | 73.55% | Beta | 76.25% | accuracy | decrease | 0.9646
Alpha takes 21.8 GB against more than 122.8 GB with Beta.
    Alpha | 21.8 GB | Beta | 122.8 GB | memory | decrease | 0.1775
Alpha reaches a perplexity of 15.64 with 4.38 GB of weights against 15.56 with 7.80 GB for Beta.
    Alpha | 15.64 | Beta | 15.56 | perplexity | increase | 1.005
    Alpha | 4.38 GB | Beta | 7.80 GB | memory | decrease | 0.5615
Alpha uses 74.4 TFLOPs per pass, 40.5% of the 183.5 of Beta.
    Alpha | 74.4 TFLOPs | Beta | 183.5 | compute | decrease | 0.4054

# Two clauses
Alpha needs more than 780 GB of memory where Beta needs less than 48 GB.
    Alpha | 780 GB | Beta | 48 GB | memory | increase | 16.25
While Beta takes 40 s, Alpha finishes in 25 s.
    Alpha | 25 s | Beta | 40 s | latency | decrease | 0.625
Alpha sustains 120,000 operations per second while Beta sustains 45,000 operations per second.
    Alpha | 120,000 operations per second | Beta | 45,000 operations per second | throughput | increase | 2.667
Alpha uses 3.4 GB of RAM, whereas Beta uses 40 MB.
    Alpha | 3.4 GB | Beta | 40 MB | memory | increase | 85
Alpha: 12 ms; Beta: 18 ms.
    Alpha | 12 ms | Beta | 18 ms | latency | decrease | 0.6667
Alpha costs $0.12 per run while Beta costs $0.30 per run.
    Alpha | $0.12 | Beta | $0.30 | price | decrease | 0.4
Alpha takes 13.61 GB and serves 769 requests per second, where Beta takes 15.76 GB and serves 67 requests per second.
    Alpha | 13.61 GB | Beta | 15.76 GB | memory | decrease | 0.8636
    Alpha | 769 requests per second | Beta | 67 requests per second | throughput | increase | 11.48
Alpha averages 79.7% on QA-1 against 77.6% for Beta, and the half-rank version averages 80.5%.
    Alpha | 79.7% | Beta | 77.6% | accuracy | increase | 1.027
    half-rank version | 80.5% | - | - | accuracy | - | -

# Differences
Alpha is 3.2x faster than Beta.
    Alpha | 3.2x | Beta | - | latency | decrease | 0.3125
Alpha requires 2.1x more memory than Beta.
    Alpha | 2.1x | Beta | - | memory | increase | 2.1
Alpha is 25% slower than Beta at batch size 8.
    Alpha | 25% | Beta | - | latency | increase | -
Beta lowers the median page load time by 12% compared to Gamma.
    Beta | 12% | Gamma | - | latency | decrease | 0.88
Alpha takes 139% more time and 4% more memory than Beta.
    Alpha | 139% | Beta | - | latency | increase | 2.39
    Alpha | 4% | Beta | - | memory | increase | 1.04
Alpha cuts memory by about 24.4% on T1 and 12.4% on T2.
    Alpha | 24.4% | - | - | memory | decrease | 0.756
    Alpha | 12.4% | - | - | memory | decrease | 0.876
Alpha yields a 2.3x speedup over Beta.
    Alpha | 2.3x | Beta | - | latency | decrease | 0.4348
Alpha speeds up training by 1.7x over Beta.
    Alpha | 1.7x | Beta | - | training_time | decrease | 0.5882
Alpha improves throughput by up to 57.9 times over Beta and up to 26.0 times over Gamma.
    Alpha | 57.9 times | Beta | - | throughput | increase | 57.9
    Alpha | 26.0 times | Gamma | - | throughput | increase | 26
Alpha improves latency and cost of inference by 7.3 times over Beta.
    Alpha | 7.3 times | Beta | - | latency | decrease | 0.137
Alpha outperforms Beta by 2.3 points.
    Alpha | 2.3 points | Beta | - | accuracy | increase | -
Alpha trails Beta by 2.5 points.
    Alpha | 2.5 points | Beta | - | accuracy | decrease | -
Alpha outperforms Beta in accuracy by 3.1%.
    Alpha | 3.1% | Beta | - | accuracy | increase | -
Alpha reaches a score of 80.5, 7.7 points above Beta.
    Alpha | 80.5 | - | - | accuracy | - | -
    Alpha | 7.7 points | Beta | - | accuracy | increase | -
Compared to Beta, Alpha is 2.5x faster and uses 30% less memory.
    Alpha | 2.5x | Beta | - | latency | decrease | 0.4
    Alpha | 30% | Beta | - | memory | decrease | 0.7
Alpha's latency is 40% lower than Beta's.
    Alpha | 40% | Beta | - | latency | decrease | 0.6
Alpha saves 69% of the memory.
    Alpha | 69% | - | - | memory | decrease | 0.31
Alpha raises decoding speed by 2 times.
    Alpha | 2 times | - | - | latency | decrease | 0.5
Alpha incurs a 0.84% accuracy loss.
    Alpha | 0.84% | - | - | accuracy | decrease | -
Alpha reduces latency by 10-24% compared with Beta.
    Alpha | 10-24% | Beta | - | latency | decrease | -
Alpha slows decoding by more than 2.5 times against Beta although it adds little computation.
    Alpha | 2.5 times | Beta | - | latency | increase | 2.5

# Shares
Alpha needs half the memory of Beta.
    Alpha | half | Beta | - | memory | decrease | 0.5
Alpha uses two fifths of the memory of Beta.
    Alpha | two fifths | Beta | - | memory | decrease | 0.4
Alpha needs 3 times as much memory as Beta.
    Alpha | 3 times | Beta | - | memory | increase | 3
Alpha runs at 2.5 times the inference speed of Beta.
    Alpha | 2.5 times | Beta | - | latency | decrease | 0.4
Alpha is reported at up to 4 times the throughput of Beta and up to 30 times that of Gamma.
    Alpha | 4 times | Beta | - | throughput | increase | 4
    Alpha | 30 times | Gamma | - | throughput | increase | 30
The parser takes up to 90.6% of the total latency.
    parser | 90.6% | - | - | latency | - | -

# Changes
Compared with Beta, Alpha cuts p99 latency by 35% (from 120 ms to 78 ms).
    Alpha | 35% | Beta | - | latency | decrease | 0.65
    Alpha | 78 ms | Beta | 120 ms | latency | decrease | 0.65
The new scheduler reduces the error rate from 3.1% to 2.4%.
    new scheduler | 2.4% | before | 3.1% | error_rate | decrease | 0.7742
Alpha lowers training memory from 1.2 TB for Beta to 350 GB.
    Alpha | 350 GB | Beta | 1.2 TB | memory | decrease | 0.2917
Removing the cache raises the loss from 1.808 to 2.414.
    Removing the cache | 2.414 | before | 1.808 | loss | increase | 1.335

# Lists
Fine-tuning takes 41 GB with Alpha and 21 GB with Beta.
    Alpha | 41 GB | - | - | memory | - | -
    Beta | 21 GB | Alpha | 41 GB | memory | decrease | 0.5122
Perplexity is 12.1 for Alpha and 13.4 for Beta.
    Alpha | 12.1 | - | - | perplexity | - | -
    Beta | 13.4 | Alpha | 12.1 | perplexity | increase | 1.107
Alpha takes 26 MB, Beta 567 MB and the base model 5048 MB.
    Alpha | 26 MB | - | - | memory | - | -
    Beta | 567 MB | - | - | memory | - | -
    base model | 5048 MB | - | - | memory | - | -
Alpha and Beta reach 81.2% and 79.5% accuracy, respectively.
    Alpha | 81.2% | - | - | accuracy | - | -
    Beta | 79.5% | Alpha | 81.2% | accuracy | decrease | 0.9791
Alpha takes 102 GB, made up of 12 GB of parameters and 90 GB of optimiser states.
    Alpha | 102 GB | - | - | memory | - | -

# Without figures
Alpha adds no extra latency over Beta.
    Alpha | - | Beta | - | latency | equal | -
Alpha has the same accuracy as Beta.
    Alpha | - | Beta | - | accuracy | equal | -
Alpha is as fast as Beta.
    Alpha | - | Beta | - | latency | equal | -
Alpha is more energy-efficient than Beta.
    Alpha | - | Beta | - | energy | decrease | -
Alpha outperforms parameter-efficient methods on a public dataset.
    Alpha | - | parameter-efficient methods | - | accuracy | increase | -
Alpha processes more tokens per second than Beta.
    Alpha | - | Beta | - | throughput | increase | -
Unlike Beta, Alpha needs no additional memory.
    Alpha | - | Beta | - | memory | equal | -

# Who speaks, and of whom
An independent measurement finds that Alpha takes 52.14 GB against 34.56 GB for Beta.
    Alpha | 52.14 GB | Beta | 34.56 GB | memory | increase | 1.509
The report counts 175M trainable parameters for Alpha.
    Alpha | 175M trainable parameters | - | - | trainable_parameters | - | -
Alpha, a later system that moves work to the host, takes 15 GB.
    Alpha | 15 GB | - | - | memory | - | -
On five tasks SYS-A averages 78.4% against 74.7% for SYS-B.
    SYS-A | 78.4% | SYS-B | 74.7% | accuracy | increase | 1.05
The weights of Alpha take 550 MB.
    weights of Alpha | 550 MB | - | - | memory | - | -
Alpha achieves 91.2 F1, outperforming Beta by 2.3 points.
    Alpha | 91.2 | - | - | accuracy | - | -
    Alpha | 2.3 points | Beta | - | accuracy | increase | -
With Alpha, accuracy drops by 1.2 points.
    Alpha | 1.2 points | - | - | accuracy | decrease | -

# What says nothing that can be compared
Alpha had no effect on mortality (HR 0.98, 95% CI 0.91-1.05).
Alpha does not reduce latency compared with Beta.
Does Alpha reduce latency by 40% against Beta?
We expect that Alpha reduces latency by 40%.
Alpha may match or exceed Beta.
Alpha reduces token consumption by 48.1% while also reading 3 more files.
Alpha improves 13 of 15 evaluated tasks.
The suite has 24 layers of width 1024 with 16 heads.
Alpha compresses the corpus to 2.1 GB.
Alpha is updated every 5 minutes.
Alpha runs on two machines with 40 GB each.
Alpha enables Beta to match Gamma.
Alpha scales faster than linearly.
The stay in hospital lasted 12 days.
"""
