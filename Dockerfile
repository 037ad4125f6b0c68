# One image for every tier; the first argument is the tier's main class, as the chart names it.
#   ./laconic --help           builds cli/target/laconic
#   docker build -t laconic:0.1.0 .
FROM eclipse-temurin:17-jre
RUN useradd --uid 10001 --no-create-home laconic
COPY cli/target/laconic/lib /opt/laconic/lib
COPY models/nano-4x /models/nano-4x
ENV ORT_DISABLE_TELEMETRY=1
USER 10001
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=60", "-cp", "/opt/laconic/lib/*"]
