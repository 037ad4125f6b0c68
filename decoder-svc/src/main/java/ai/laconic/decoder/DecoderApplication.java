package ai.laconic.decoder;

import ai.laconic.servicekit.LaconicService;
import ai.laconic.servicekit.ServiceKitConfiguration;
import java.util.Map;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** Starts the decoder service. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
@Import(ServiceKitConfiguration.class)
public class DecoderApplication {
  private static final String NAME = "decoder-svc";

  /** Starts it as a process of its own. */
  public static void main(String... args) {
    start(Map.of(), args);
  }

  /**
   * Starts it inside this process.
   *
   * @param settings properties above those of the settings file
   */
  public static ConfigurableApplicationContext start(Map<String, Object> settings, String... args) {
    return LaconicService.start(DecoderApplication.class, NAME, settings, args);
  }
}
