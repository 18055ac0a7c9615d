"""Home, which says what to do next, and the health check."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import Permission
from portal.next_steps import next_steps
from portal.staff_summary import staff_summary


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Signed out: what Belfry is. Signed in: what to do next."""
    user = request.user
    if not isinstance(user, User):
        return render(request, "home_signed_out.html")
    summary = staff_summary() if user.may(Permission.APPLICATION_VIEW) else None
    context = {
        "steps": next_steps(user),
        "summary": summary,
        "applies": not user.permissions,
    }
    return render(request, "home.html", context)


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether the portal can answer: 200 when its database does, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})
