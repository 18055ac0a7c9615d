"""What applicants of a new portal declare: texts to start from, which administrators replace."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as noop


@dataclass(frozen=True)
class DeclarationSeed:
    """One declaration, to the portal or to a site."""

    code: str
    title: str
    text: str
    site: str | None = None


_SITE_TEXT = "\n".join(
    (
        noop("Whoever uses the site keeps to its rules of use."),
        noop("Accounts and keys are personal and are not passed on."),
        noop(
            "Data on the site is not backed up; 60 days after the end of the award"
            " it can be erased."
        ),
        noop("The site may stop jobs that harm others, and says why."),
    )
)

_PORTAL_TEXT = "\n".join(
    (
        noop(
            "What the application says is true and complete, and I may speak for the organisation."
        ),
        noop(
            "The GPU time is used for the purpose described, and for civil ends unless another"
            " is stated."
        ),
        noop("We write the final report within three months after the end."),
        noop("We name the programme and its funders where we publish results."),
        noop("The title, the organisation and the GPU-hours of an award may be published."),
    )
)

DECLARATIONS = (
    DeclarationSeed("portal", noop("Terms of the programme"), _PORTAL_TEXT),
    DeclarationSeed("zellik", noop("Rules of use at Zellik"), _SITE_TEXT, site="zellik"),
    DeclarationSeed("charleroi", noop("Rules of use at Charleroi"), _SITE_TEXT, site="charleroi"),
)
