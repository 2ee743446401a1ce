"""The Desk and the Jobs page, for the members of an operator and nobody else."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from execution import files
from execution.asked import Asked
from execution.bench import Bench
from execution.desk import Desk, done
from execution.documents import served_as
from execution.follow import Following
from execution.help import Help
from execution.models import Job
from execution.sight import documents_for
from governance.appointments import as_appointment, newest
from qtm.panels import panels
from qtm.refusals import Forbidden
from qtm.signed import Signed


def at_work(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only for members of an operator; one whose access is not open reads that, and nothing else."""

    @require_safe
    @login_required
    @wraps(view)
    def seen(request: Signed, **given: int) -> HttpResponse:
        standing = request.user.standing
        if standing.membership is None:
            raise Forbidden("Desk and Jobs are for the members of an operator, and you belong to none.")
        if not standing.working:
            return render(request, "execution/waiting.html", {"operator": standing.operator}, status=403)
        return view(request, **given)

    return seen


@at_work
def desk(request: Signed) -> HttpResponse:
    """What waits, what one has in hand, what was done lately."""
    here = Desk(request.user, request.GET.get("after", ""))
    return render(
        request, "execution/desk.html", {"desk": here, "operator": here.operator, "panels": panels("desk", request)}
    )


@at_work
def jobs(request: Signed) -> HttpResponse:
    """The operator's jobs: those in hand, and those that were completed."""
    here, after = Desk(request.user, most=50), request.GET.get("after", "")
    completed, further = done(here.operator, after)
    said = {"desk": here, "operator": here.operator, "done": completed, "further": further, "after": after}
    return render(request, "execution/jobs.html", said)


@require_safe
@login_required
def job(request: Signed, pk: int) -> HttpResponse:
    """One Job, where its work is done; who governs it looks at its case instead."""
    standing = request.user.standing
    row: Any = get_object_or_404(
        Job.objects.filter(standing.sight(Job))
        .select_related("operator", "worker", "version__surface")
        .annotate(appointed=newest("assignment")),
        pk=pk,
    )
    row.appointment = as_appointment(row.appointed)
    if not standing.working or row.operator_id != standing.operator.pk:
        return redirect("case", row.case_id)
    bench = Bench(row, request.user)
    said = {"job": row, "bench": bench, "asked": Asked(row), "panels": panels("job", request, row)}
    beside = {"following": Following(row, request.user), "help": Help(row, bench.event)}
    return render(request, "execution/job.html", said | beside)


@csp_override({"default-src": [CSP.NONE], "sandbox": [""]})
@require_safe
@login_required
def document(request: Signed, pk: int) -> HttpResponseBase:
    """A paper as it was sent, for those who may see its ServiceEvent: to keep and not to be opened in a page."""
    piece = get_object_or_404(documents_for(request.user.standing).filter(event__emptied=None), pk=pk)
    try:
        kept = files.store().open(files.place_of(piece.sha256))
    except FileNotFoundError as error:
        raise Http404("The file is not in its place.") from error
    name = served_as(piece.name, piece.media_type)
    headers = {"Cache-Control": "private, no-store", "Cross-Origin-Resource-Policy": "same-origin"}
    return FileResponse(
        kept, as_attachment=True, filename=name, content_type="application/octet-stream", headers=headers
    )
