"""What applicants of a new portal declare: texts to start from, which administrators replace."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DeclarationSeed:
    """One declaration, to the portal or to a site."""

    code: str
    title: str
    text: str
    site: str | None = None


_SITE_TEXT = """\
Whoever uses the site keeps to its rules of use.
Accounts and keys are personal and are not passed on.
Data on the site is not backed up; 60 days after the end of the award it can be erased.
The site may stop jobs that harm others, and says why."""

DECLARATIONS = (
    DeclarationSeed(
        "portal",
        "Terms of the programme",
        """\
What the application says is true and complete, and I may speak for the organisation.
The GPU time is used for the purpose described, and for civil ends unless another is stated.
We write the final report within three months after the end.
We name the programme and its funders where we publish results.
The title, the organisation and the GPU-hours of an award may be published.""",
    ),
    DeclarationSeed("zellik", "Rules of use at Zellik", _SITE_TEXT, site="zellik"),
    DeclarationSeed("charleroi", "Rules of use at Charleroi", _SITE_TEXT, site="charleroi"),
)
