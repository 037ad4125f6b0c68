package ai.laconic.encoder;

import ai.laconic.servicekit.LaconicService;
import ai.laconic.servicekit.ServiceKitConfiguration;
import java.util.Map;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** The encoder service. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
@Import(ServiceKitConfiguration.class)
public class EncoderApplication {
  /** Starts it as a process of its own. */
  public static void main(String[] arguments) {
    start(Map.of(), arguments);
  }

  /**
   * Starts it.
   *
   * @param settings properties above the service's file and below environment and command line
   * @param arguments command line
   */
  public static ConfigurableApplicationContext start(
      Map<String, Object> settings, String... arguments) {
    return LaconicService.start(EncoderApplication.class, "encoder-svc", settings, arguments);
  }
}
