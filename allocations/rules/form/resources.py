"""What is asked about resources, beside GPU-hours and length."""

from django.utils.translation import gettext_lazy as _

from allocations.rules.form.fields import Field, Kind
from allocations.rules.questions import Question

MOST_TERABYTES = 10_000
MOST_GPUS_OF_A_JOB = 10_000

MOST_OVERHEAD_PERCENT = 100

GPU_TYPE, FALLBACK_SITE = "gpu_type", "fallback_site"
ANY_GPU = "any"

RESOURCES = (
    Field(
        "runs",
        _("Table of runs"),
        Kind.RUNS,
        _(
            "What you will run: on how many GPUs at once, for how many hours, how often. "
            "Of training also the size of the model and the number of tokens, both in millions."
        ),
        asked_if=Question.RUNS,
    ),
    Field(
        "overhead_percent",
        _("Added for trials and failures, in percent"),
        Kind.NUMBER,
        _("Of the GPU-hours of all runs; 10 to 20 is usual."),
        most=MOST_OVERHEAD_PERCENT,
        asked_if=Question.RUNS,
    ),
    Field(
        GPU_TYPE,
        _("Type of GPU"),
        Kind.CHOICE,
        _("What the sites where you ask for GPU-hours have. The runs are checked by it."),
        ((ANY_GPU, _("No preference")),),
        is_offered=True,
        asked_if=Question.GPU_TYPE,
    ),
    Field(
        "largest_job",
        _("GPUs of the largest job"),
        Kind.NUMBER,
        _("How many GPUs one job uses at the same time, at most."),
        least=1,
        most=MOST_GPUS_OF_A_JOB,
        asked_if=Question.LARGEST_JOB,
    ),
    Field(
        "start_on",
        _("First day"),
        Kind.COMING_DATE,
        _("When you could start. The decision may take longer."),
        asked_if=Question.START,
    ),
    Field(
        FALLBACK_SITE,
        _("Second choice of a site"),
        Kind.CHOICE,
        _("Where else the work could be done, if the site you prefer is full."),
        is_offered=True,
        asked_if=Question.FALLBACK_SITE,
        is_required=False,
    ),
    Field(
        "storage_tb",
        _("Storage in terabytes"),
        Kind.NUMBER,
        most=MOST_TERABYTES,
        asked_if=Question.STORAGE,
        is_required=False,
    ),
    Field(
        "software",
        _("Software"),
        Kind.TEXT,
        _("Frameworks, containers and libraries that the jobs use."),
        asked_if=Question.SOFTWARE,
    ),
    Field(
        "licences",
        _("Licences of software"),
        Kind.TEXT,
        _("What needs a licence, and who holds it. Leave it empty if nothing does."),
        asked_if=Question.LICENCES,
        is_required=False,
    ),
    Field(
        "benchmark_evidence",
        _("Evidence from benchmarks"),
        Kind.TEXT,
        _(
            "How long a step takes on one GPU and on several, measured where. "
            "Files can be attached, too."
        ),
        asked_if=Question.BENCHMARK_EVIDENCE,
    ),
)
