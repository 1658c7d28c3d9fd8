"""Health: does the process answer, and can it do its work."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tidings.surfaces.context import Context

NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def ops_routes(context: Context) -> list[Route]:
    """GET /healthz, which asks nobody, and GET /readyz, which asks everyone."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n", headers=NO_STORE)

    async def readyz(_request: Request) -> Response:
        problems = [*await context.store.problems(), *context.job_problems()]
        body = {"ready": not problems, "problems": problems}
        return JSONResponse(body, 503 if problems else 200, NO_STORE)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
