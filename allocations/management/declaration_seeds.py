"""What applicants of a new portal declare: texts to start from, which administrators replace."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True)
class DeclarationSeed:
    """One declaration, to the portal or to a site."""

    code: str
    title: str
    text: str
    site: str | None = None


_SITE_TEXT = "\n".join(
    (
        _("Whoever uses the site keeps to its rules of use."),
        _("Accounts and keys are personal and are not passed on."),
        _(
            "Data on the site is not backed up; 60 days after the end of the award"
            " it can be erased."
        ),
        _("The site may stop jobs that harm others, and says why."),
    )
)

_PORTAL_TEXT = "\n".join(
    (
        _("What the application says is true and complete, and I may speak for the organisation."),
        _(
            "The GPU time is used for the purpose described, and for civil ends unless another"
            " is stated."
        ),
        _("We write the final report within three months after the end."),
        _("We name the programme and its funders where we publish results."),
        _(
            "Title, abstract, organisation and GPU-hours are published only if we agreed to it,"
            " which we can change at any time."
        ),
    )
)

DECLARATIONS = (
    DeclarationSeed("portal", _("Terms of the programme"), _PORTAL_TEXT),
    DeclarationSeed("zellik", _("Rules of use at Zellik"), _SITE_TEXT, site="zellik"),
    DeclarationSeed("charleroi", _("Rules of use at Charleroi"), _SITE_TEXT, site="charleroi"),
)
