# One image for the web, the worker, the beat and the commands; docker-compose.yml says which of them runs.
FROM node:22-bookworm-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY workflow/assets workflow/assets
RUN npm run build

FROM python:3.13-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --no-compile --require-hashes --only-binary :all: --requirement requirements/base.txt
COPY workflow workflow
COPY worker worker
COPY migrations migrations
COPY templates templates
COPY --from=assets /app/build/assets build/assets
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin workflow \
    && install --directory --owner workflow --group workflow --mode 0700 /state
USER workflow
ENV WORKFLOW_STATE=/state WORKFLOW_HOST=0.0.0.0 WORKFLOW_LOG_FORMAT=json
VOLUME /state
EXPOSE 8000
CMD ["python", "-m", "workflow", "doctor"]
