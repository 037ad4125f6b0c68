package ai.laconic.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The chart, linted and rendered by Helm itself. */
class ChartIT {
  private static final Path CHART = Path.of("../helm/laconic");
  private static final String KUBERNETES = "1.30.0";
  private static final String REDIS = "redis://redis:6379";
  private static final String TWO_POOLS =
      """
      redis: {url: "redis://redis:6379"}
      cache: {replicas: 2}
      gateway: {replicas: 3}
      pools:
        - name: small
          ratio: 16
          model: {path: /models/small}
          encoder: {replicas: 5, device: cpu, resources: {}}
          decoder: {replicas: 1, slots: 4, maxPositions: 8192, resources: {}}
        - name: large
          ratio: 4
          model: {path: /models/large, volume: {persistentVolumeClaim: {claimName: models}}}
          encoder: {replicas: 2, device: "cuda:0", resources: {limits: {nvidia.com/gpu: 1}}}
          decoder: {replicas: 4, slots: 8, maxPositions: 16384, resources: {}}
      """;

  @Test
  void passesLint() {
    assertThat(new Helm(CHART).lint().strict().call().isFailed()).isFalse();
  }

  @Test
  void deploysEveryTierWithProbesAndResources() {
    List<Deployment> deployments = deployments(render("redis.url", REDIS));
    assertThat(deployments)
        .extracting(deployment -> deployment.getMetadata().getName())
        .containsExactlyInAnyOrder(
            "demo-latent-cache", "demo-nano-4x-encoder", "demo-nano-4x-decoder", "demo-gateway");
    assertThat(deployments)
        .allSatisfy(
            deployment -> {
              Container container = container(deployment);
              assertThat(container.getReadinessProbe().getGrpc()).isNotNull();
              assertThat(container.getStartupProbe().getGrpc()).isNotNull();
              assertThat(container.getLivenessProbe()).isNotNull();
              assertThat(container.getResources().getLimits()).containsKey("memory");
              assertThat(environment(container)).containsEntry("ORT_DISABLE_TELEMETRY", "1");
            });
  }

  @Test
  void startsMainClassesThatExist() throws ClassNotFoundException {
    for (Deployment deployment : deployments(render("redis.url", REDIS))) {
      Class<?> main = Class.forName(container(deployment).getArgs().get(0));
      assertThat(main.getName()).endsWith("Application");
    }
  }

  @Test
  void scalesEachTierAndPoolAlone() throws IOException {
    List<Deployment> deployments = deployments(renderFile(TWO_POOLS));
    Map<String, Integer> replicas =
        deployments.stream()
            .collect(
                Collectors.toMap(
                    deployment -> deployment.getMetadata().getName(),
                    deployment -> deployment.getSpec().getReplicas()));
    assertThat(replicas)
        .isEqualTo(
            Map.of(
                "demo-latent-cache", 2,
                "demo-small-encoder", 5,
                "demo-small-decoder", 1,
                "demo-large-encoder", 2,
                "demo-large-decoder", 4,
                "demo-gateway", 3));
  }

  @Test
  void tellsTheGatewayWhereEveryPoolIs() {
    Map<String, String> environment =
        environment(container(named("demo-gateway", render("redis.url", REDIS))));
    assertThat(environment)
        .containsEntry("LACONIC_GATEWAY_POOLS_0_RATIO", "4")
        .containsEntry(
            "LACONIC_GATEWAY_POOLS_0_ENCODER_TARGET",
            "dns:///demo-nano-4x-encoder.default.svc:7071")
        .containsEntry(
            "LACONIC_GATEWAY_POOLS_0_DECODER_TARGET",
            "dns:///demo-nano-4x-decoder.default.svc:7073");
  }

  @Test
  void tellsDecodersAndEncodersWhereTritonIs() throws IOException {
    String rendered =
        renderFile(
            TWO_POOLS
                .replace(
                    "replicas: 5", "replicas: 5, engine: triton, tritonTarget: 'dns:///t:8001'")
                .replace(
                    "decoder: {replicas: 1",
                    "decoder: {replicas: 1, engine: triton, tritonTargets: ['a:8001', 'b:8001']"));

    assertThat(environment(container(named("demo-small-encoder", rendered))))
        .containsEntry("LACONIC_ENCODER_ENGINE", "triton")
        .containsEntry("LACONIC_ENCODER_TRITON_TARGET", "dns:///t:8001");
    assertThat(environment(container(named("demo-small-decoder", rendered))))
        .containsEntry("LACONIC_DECODER_ENGINE", "triton")
        .containsEntry("LACONIC_DECODER_TRITON_TARGETS", "a:8001,b:8001");
    assertThat(environment(container(named("demo-large-decoder", rendered))))
        .containsEntry("LACONIC_DECODER_ENGINE", "onnx")
        .doesNotContainKey("LACONIC_DECODER_TRITON_TARGETS");
  }

  @Test
  void takesTheRedisUrlFromASecret() {
    EnvVar uri =
        container(named("demo-latent-cache", render("redis.existingSecret.name", "store")))
            .getEnv()
            .stream()
            .filter(variable -> variable.getName().equals("LACONIC_CACHE_REDIS_URI"))
            .findFirst()
            .orElseThrow();
    assertThat(uri.getValueFrom().getSecretKeyRef().getName()).isEqualTo("store");
  }

  @Test
  void takesTheSharingSecretOfAllEncodersFromASecret() {
    String name = "LACONIC_ENCODER_SHARING_SECRET";
    assertThat(container(named("demo-nano-4x-encoder", render())).getEnv())
        .extracting(EnvVar::getName)
        .doesNotContain(name);
    EnvVar secret =
        container(named("demo-nano-4x-encoder", render("sharing.existingSecret.name", "keys")))
            .getEnv()
            .stream()
            .filter(variable -> variable.getName().equals(name))
            .findFirst()
            .orElseThrow();
    assertThat(secret.getValueFrom().getSecretKeyRef().getName()).isEqualTo("keys");
    assertThat(secret.getValueFrom().getSecretKeyRef().getKey()).isEqualTo("secret");
  }

  @Test
  void refusesValuesThatMakeNoSense() {
    assertThatThrownBy(() -> render("redis.url", "")).hasMessageContaining("redis.url");
    assertThatThrownBy(() -> render("redis.url", "localhost:6379")).hasMessageContaining("url");
    assertThatThrownBy(() -> renderFile(TWO_POOLS.replace("ratio: 16", "ratio: 0")))
        .hasMessageContaining("ratio");
    assertThatThrownBy(() -> renderFile(TWO_POOLS.replace("name: small", "name: Small_one")))
        .hasMessageContaining("name");
    assertThatThrownBy(() -> renderFile(TWO_POOLS.replace("replicas: 5", "replicas: many")))
        .hasMessageContaining("replicas");
    assertThatThrownBy(
            () -> renderFile(TWO_POOLS.replace("replicas: 5", "engine: triton, replicas: 5")))
        .hasMessageContaining("tritonTarget");
  }

  private static String renderFile(String values) throws IOException {
    Path file = Files.createTempFile("values", ".yaml");
    try {
      Files.writeString(file, values);
      return new Helm(CHART)
          .template()
          .withName("demo")
          .withNamespace("default")
          .withKubeVersion(KUBERNETES)
          .withValuesFile(file)
          .call();
    } finally {
      Files.delete(file);
    }
  }

  private static String render(String... values) {
    var template =
        new Helm(CHART)
            .template()
            .withName("demo")
            .withNamespace("default")
            .withKubeVersion(KUBERNETES);
    for (int i = 0; i < values.length; i += 2) {
      template.set(values[i], values[i + 1]);
    }
    return template.call();
  }

  private static List<Deployment> deployments(String rendered) {
    KubernetesSerialization yaml = new KubernetesSerialization();
    return Arrays.stream(rendered.split("(?m)^---\\s*$"))
        .filter(document -> document.contains("kind:"))
        .<HasMetadata>map(yaml::unmarshal)
        .filter(Deployment.class::isInstance)
        .map(Deployment.class::cast)
        .toList();
  }

  private static Deployment named(String name, String rendered) {
    return deployments(rendered).stream()
        .filter(deployment -> deployment.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Container container(Deployment deployment) {
    return deployment.getSpec().getTemplate().getSpec().getContainers().get(0);
  }

  private static Map<String, String> environment(Container container) {
    return container.getEnv().stream()
        .filter(variable -> variable.getValue() != null)
        .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
  }
}
