package ai.laconic.servicekit;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings that every service has.
 *
 * @param callTimeout longest that any call may run here, whatever its client asks for
 * @param readinessInterval how often readiness is looked at
 */
@ConfigurationProperties("laconic.service")
public record ServiceProperties(
    @DefaultValue("15m") Duration callTimeout, @DefaultValue("1s") Duration readinessInterval) {}
