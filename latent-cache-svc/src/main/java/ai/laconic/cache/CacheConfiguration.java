package ai.laconic.cache;

import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the service together. */
@Configuration(proxyBeanMethods = false)
class CacheConfiguration {
  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }
}
