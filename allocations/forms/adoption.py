"""What staff say of an account that a site had before Belfry."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from allocations.actions.adoption import NewProject, known_person, projects_for
from allocations.forms.manage import LONGEST_DAYS_AHEAD, ReasonForm
from allocations.models import OfferedAccount, Project, Track
from slurm_bridge import wire_offers

A_YEAR = timedelta(days=365)


class AdoptionForm(ReasonForm):
    """A project, or what a new one needs; and for each user of the account an address."""

    project = forms.ModelChoiceField(
        label=_("Project"),
        queryset=Project.objects.none(),
        required=False,
        empty_label=_("A new project"),
    )
    title = forms.CharField(label=_("Title"), max_length=150, required=False)
    track = forms.ModelChoiceField(
        label=_("Track"), queryset=Track.objects.published().order_by("name"), required=False
    )
    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.all(), required=False
    )
    leader = forms.ChoiceField(
        label=_("Leader"),
        required=False,
        help_text=_("One of the account's users, with the address of a person who has signed up."),
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("For planning and reports: until you give it back, the site decides who runs."),
    )

    field_order = ("project", "title", "track", "organisation", "leader", "ends_on", "reason")
    of_new_project = ("title", "track", "organisation", "leader")

    def __init__(self, offer: OfferedAccount, actor: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = wire_offers.OfferedAccount.model_validate(offer.offer)
        self.fields["project"].queryset = projects_for(offer.site, actor)  # type: ignore[attr-defined]
        usernames = [member.username for member in self.found.members]
        choices = [("", "---------"), *((name, name) for name in usernames)]
        self.fields["leader"].choices = choices  # type: ignore[attr-defined]
        self.fields["ends_on"].initial = timezone.localdate() + A_YEAR
        for number, member in enumerate(self.found.members):
            self.fields[_field(number)] = _address_field(member)

    @property
    def members(self) -> list[BoundField]:
        """The fields of the account's users."""
        return [self[_field(number)] for number in range(len(self.found.members))]

    @property
    def of_project(self) -> list[BoundField]:
        """The other fields."""
        return [self[name] for name in self.field_order]

    def clean_ends_on(self) -> date:
        """A day to come that somebody can have meant."""
        ends_on: date = self.cleaned_data["ends_on"]
        if ends_on < timezone.localdate():
            raise forms.ValidationError(_("This day has passed."))
        if ends_on > timezone.localdate() + timedelta(days=LONGEST_DAYS_AHEAD):
            raise forms.ValidationError(_("This is more than five years ahead."))
        return ends_on

    def clean(self) -> dict[str, Any]:
        """A new project needs everything that a project has."""
        cleaned = super().clean() or {}
        if cleaned.get("project") is None and "project" not in self.errors:
            for name in self.of_new_project:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("A new project needs this."))
        return cleaned

    def target(self) -> Project | NewProject:
        """The project that was chosen or described."""
        values = self.cleaned_data
        chosen: Project | None = values["project"]
        if chosen is not None:
            return chosen
        return NewProject(**{name: values[name] for name in self.of_new_project})

    def addresses(self) -> dict[str, str]:
        """The addresses that were given, by user name."""
        given = {
            member.username: self.cleaned_data[_field(number)].strip().lower()
            for number, member in enumerate(self.found.members)
        }
        return {username: address for username, address in given.items() if address}

    def field_of(self, username: str) -> str | None:
        """Where the address of a user is typed."""
        names = [member.username for member in self.found.members]
        return _field(names.index(username)) if username in names else None


def _field(number: int) -> str:
    return f"email_{number}"


def _address_field(member: wire_offers.OfferedMember) -> forms.EmailField:
    person = known_person(member)
    number = _("not known at the site any more") if member.uid is None else str(member.uid)
    return forms.EmailField(
        label=f"{member.username} ({number})",
        required=False,
        initial=person.email if person else "",
        disabled=member.uid is None,
    )
