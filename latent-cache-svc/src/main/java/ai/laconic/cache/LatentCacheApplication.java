package ai.laconic.cache;

import ai.laconic.servicekit.LaconicService;
import ai.laconic.servicekit.ServiceKitConfiguration;
import java.util.Map;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** Starts the latent cache service. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
@Import(ServiceKitConfiguration.class)
public class LatentCacheApplication {
  public static void main(String[] args) {
    start(Map.of(), args);
  }

  /**
   * Starts it in this process.
   *
   * @param settings properties above the settings file and below environment and command line
   */
  public static ConfigurableApplicationContext start(Map<String, Object> settings, String... args) {
    return LaconicService.start(LatentCacheApplication.class, "latent-cache-svc", settings, args);
  }
}
