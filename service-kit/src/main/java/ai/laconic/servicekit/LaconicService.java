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
        .properties(
            Map.of(
                "spring.config.name",
                name,
                "spring.application.name",
                name,
                // Peers ping while they wait, see Peers: a host that vanished is noticed.
                "spring.grpc.server.keepalive.permit.time",
                "10s",
                // A failure to start is told once, in a sentence.
                "logging.level." + AnnotationConfigApplicationContext.class.getName(),
                "error",
                "logging.level.org.springframework.boot.autoconfigure.logging",
                "warn"))
        .initializers(
            context ->
                context
                    .getEnvironment()
                    .getPropertySources()
                    .addAfter("systemEnvironment", new MapPropertySource("standalone", settings)))
        .run(arguments);
  }

  /** Returns the port that a started service listens on. */
  public static int port(ConfigurableApplicationContext service) {
    return service.getBean(GrpcServerLifecycle.class).getPort();
  }
}
