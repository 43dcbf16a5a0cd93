# syntax=docker/dockerfile:1
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements.lock requirements-run.lock ./
RUN python -m venv /opt/bollini \
    && /opt/bollini/bin/pip install --no-deps --require-hashes --requirement requirements-run.lock \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --no-deps --require-hashes --requirement requirements.lock
COPY . .
RUN /opt/build/bin/python -m hatchling build --target wheel --directory /tmp/wheel \
    && /opt/bollini/bin/pip install --no-deps --no-index /tmp/wheel/*.whl \
    && /opt/bollini/bin/pip uninstall --yes setuptools pip

FROM python:3.11-slim
COPY --from=build /opt/bollini /opt/bollini
# The data (the database) is in a volume; the fonts' cache is made now, so that the first chart need not wait.
ENV PATH="/opt/bollini/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/opt/bollini/matplotlib \
    BOLLINI_DATABASE=/data/event.db
RUN useradd --system --uid 10001 --home-dir /data --create-home bollini \
    && mkdir -p "$MPLCONFIGDIR" \
    && python -c "import matplotlib.font_manager" \
    && chmod -R a+rX "$MPLCONFIGDIR"
USER bollini
WORKDIR /data
VOLUME /data
CMD ["bollini", "run"]
