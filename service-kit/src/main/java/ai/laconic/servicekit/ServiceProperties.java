package ai.laconic.servicekit;

import ai.laconic.servicekit.call.MinDataRate;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings that every service has.
 *
 * @param unaryTimeout longest that a call with one request and one answer may run here, whatever
 *     its client asks for
 * @param minDataRate how slowly a client of a stream may send and take
 * @param readinessInterval how often readiness is looked at
 * @param metricsPort of the page for Prometheus, 0 for a free one; none if left out
 */
@ConfigurationProperties(prefix = "laconic.service", ignoreUnknownFields = false)
public record ServiceProperties(
    @DefaultValue("1m") Duration unaryTimeout,
    @DefaultValue MinDataRate minDataRate,
    @DefaultValue("1s") Duration readinessInterval,
    @Nullable Integer metricsPort) {}
