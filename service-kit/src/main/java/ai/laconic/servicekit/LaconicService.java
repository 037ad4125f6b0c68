package ai.laconic.servicekit;

import java.util.Map;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;

/**
 * Starts a service as its {@code main} does and as standalone does: the same beans, with settings
 * from the command line, the environment, {@code settings} and {@code <name>.yaml}, in this order.
 */
public final class LaconicService {
  private LaconicService() {}

  /**
   * Starts one service.
   *
   * @param application its configuration class
   * @param name of the service, also of its settings file
   * @param settings properties above the file and below environment and command line
   * @param arguments command line
   */
  public static ConfigurableApplicationContext start(
      Class<?> application, String name, Map<String, Object> settings, String... arguments) {
    return new SpringApplicationBuilder(application)
        .main(application)
        .web(WebApplicationType.NONE)
        .logStartupInfo(false)
        .bannerMode(Banner.Mode.OFF)
        .properties(properties(name))
        .initializers(
            context ->
                context
                    .getEnvironment()
                    .getPropertySources()
                    .addAfter("systemEnvironment", new MapPropertySource("standalone", settings)))
        .run(arguments);
  }

  private static Map<String, Object> properties(String name) {
    return Map.of(
        "spring.config.name",
        name,
        "spring.application.name",
        name,
        // Clients ping while they wait, see Upstreams: a host that vanished is noticed.
        "spring.grpc.server.keepalive.permit.time",
        "10s",
        // So is a client that vanished or stopped: a process that is stopped answers no ping.
        "spring.grpc.server.keepalive.time",
        "10s",
        "spring.grpc.server.keepalive.timeout",
        "10s",
        // Clients look for replicas when a connection ends. Streams on it go on to their end.
        "spring.grpc.server.keepalive.connection.max-age",
        "5m",
        "spring.grpc.server.keepalive.connection.grace-period",
        "1d",
        "spring.grpc.server.keepalive.connection.max-idle-time",
        "5m",
        // A failure to start is told once, in a sentence.
        "logging.level." + AnnotationConfigApplicationContext.class.getName(),
        "error",
        "logging.level.org.springframework.boot.autoconfigure.logging",
        "warn");
  }

  /** Returns the port that a started service listens on. */
  public static int port(ConfigurableApplicationContext service) {
    return service.getBean(GrpcServerLifecycle.class).getPort();
  }
}
