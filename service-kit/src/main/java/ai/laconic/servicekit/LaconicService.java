package ai.laconic.servicekit;

import static java.util.Map.entry;

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
    return Map.ofEntries(
        entry("spring.config.name", name),
        entry("spring.application.name", name),
        // Clients ping while they wait, see Upstreams: a host that vanished is noticed.
        entry("spring.grpc.server.keepalive.permit.time", "10s"),
        // So is a client that vanished or stopped: a process that is stopped answers no ping.
        entry("spring.grpc.server.keepalive.time", "10s"),
        entry("spring.grpc.server.keepalive.timeout", "10s"),
        // Clients look for replicas when a connection ends. Streams on it go on to their end.
        entry("spring.grpc.server.keepalive.connection.max-age", "5m"),
        entry("spring.grpc.server.keepalive.connection.grace-period", "1d"),
        entry("spring.grpc.server.keepalive.connection.max-idle-time", "5m"),
        // A client that stops taking its answer is no trouble of the service, and no stack trace.
        entry("logging.level.io.grpc.netty.NettyServerHandler", "error"),
        // A failure to start is told once, in a sentence.
        entry("logging.level." + AnnotationConfigApplicationContext.class.getName(), "error"),
        entry("logging.level.org.springframework.boot.autoconfigure.logging", "warn"));
  }

  /** Returns the port that a started service listens on. */
  public static int port(ConfigurableApplicationContext service) {
    return service.getBean(GrpcServerLifecycle.class).getPort();
  }
}
