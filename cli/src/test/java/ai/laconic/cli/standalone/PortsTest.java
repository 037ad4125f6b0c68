package ai.laconic.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySourcesPropertyResolver;
import org.springframework.core.io.ClassPathResource;

/** Whoever dials a tier finds it where the environment moved it. */
class PortsTest {
  private static final Map<String, Object> MOVED =
      Map.of(
          "LACONIC_ENCODER_PORT", "17071",
          "LACONIC_CACHE_PORT", "17072",
          "LACONIC_DECODER_PORT", "17073");

  private static String moved(String service, String setting) throws IOException {
    MutablePropertySources sources = new MutablePropertySources();
    sources.addLast(new MapPropertySource("environment", MOVED));
    new YamlPropertySourceLoader()
        .load(service, new ClassPathResource(service + ".yaml"))
        .forEach(sources::addLast);
    return Objects.requireNonNull(
        new PropertySourcesPropertyResolver(sources).getProperty(setting), setting);
  }

  @Test
  void listenersAndCallersMoveTogether() throws Exception {
    for (var tier :
        Map.of("encoder-svc", "17071", "latent-cache-svc", "17072", "decoder-svc", "17073")
            .entrySet()) {
      assertThat(moved(tier.getKey(), "spring.grpc.server.port")).isEqualTo(tier.getValue());
    }
    for (var caller :
        Map.of(
                "gateway", "laconic.gateway.cache.target",
                "encoder-svc", "laconic.encoder.cache.target",
                "decoder-svc", "laconic.decoder.cache.target")
            .entrySet()) {
      assertThat(moved(caller.getKey(), caller.getValue())).isEqualTo("dns:///localhost:17072");
    }
    assertThat(moved("gateway", "laconic.gateway.pools[0].encoder.target"))
        .isEqualTo("dns:///localhost:17071");
    assertThat(moved("gateway", "laconic.gateway.pools[0].decoder.target"))
        .isEqualTo("dns:///localhost:17073");
  }
}
