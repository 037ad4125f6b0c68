package ai.laconic.gateway;

import ai.laconic.servicekit.LaconicService;
import ai.laconic.servicekit.ServiceKitConfiguration;
import java.util.Map;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** Starts the gateway. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
@Import(ServiceKitConfiguration.class)
public class GatewayApplication {
  public static void main(String[] arguments) {
    ConfigurableApplicationContext unused = start(Map.of(), arguments);
  }

  /**
   * Starts it with settings that stand above its file and below environment and command line.
   *
   * @param settings property names and values
   * @param arguments command line
   */
  public static ConfigurableApplicationContext start(
      Map<String, Object> settings, String... arguments) {
    return LaconicService.start(GatewayApplication.class, "gateway", settings, arguments);
  }
}
