package ai.laconic.cli.bench;

import ai.laconic.benchmarks.served.ServedSystem;
import ai.laconic.benchmarks.served.SystemPlan;
import ai.laconic.cli.standalone.Ready;
import ai.laconic.cli.standalone.Standalone;
import ai.laconic.encoder.EncoderApplication;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.servicekit.LaconicService;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts systems of one model whose encoder has replicas, all of them in this process. */
final class SeveralEncoders {
  private SeveralEncoders() {}

  static ServedSystem start(SystemPlan plan, Map<String, String> settings)
      throws IOException, InterruptedException, ModelDirectoryException {
    if (plan.models().size() != 1) {
      throw new IllegalArgumentException("models: " + plan.models() + " (expected: one)");
    }
    ModelDirectory model = ModelDirectory.open(plan.models().get(0));
    Deque<Runnable> started = new ArrayDeque<>();
    boolean complete = false;
    try {
      Replicas replicas = Replicas.register("encoders-" + plan.encoders());
      started.push(replicas::close);
      Map<String, String> all = new HashMap<>(settings);
      all.put("laconic.gateway.pools[0].encoder.target", replicas.target());
      Standalone standalone = Standalone.start(StandaloneSystems.options(plan, all));
      started.push(standalone::close);
      List<String> encoders = new ArrayList<>();
      encoders.add(RunningSystem.address(standalone, "encoder-svc " + model.name()));
      String cache = RunningSystem.address(standalone, "latent-cache-svc");
      while (encoders.size() < plan.encoders()) {
        ConfigurableApplicationContext encoder =
            EncoderApplication.start(encoder(model, cache, settings));
        started.push(encoder::close);
        encoders.add("127.0.0.1:" + LaconicService.port(encoder));
      }
      replicas.set(encoders);
      Ready.await(standalone::pools, Ready.WITHIN);
      complete = true;
      return new RunningSystem(standalone, () -> close(started));
    } finally {
      if (!complete) {
        close(started);
      }
    }
  }

  private static Map<String, Object> encoder(
      ModelDirectory model, String cache, Map<String, String> settings) {
    Map<String, Object> all = new HashMap<>();
    all.put("laconic.encoder.model", model.path().toString());
    all.put("laconic.encoder.cache.target", "dns:///" + cache);
    all.put("spring.grpc.server.address", "127.0.0.1");
    all.put("spring.grpc.server.port", 0);
    all.putAll(settings);
    return all;
  }

  /** Stops what runs, last first. */
  private static void close(Deque<Runnable> started) {
    if (started.isEmpty()) {
      return;
    }
    try {
      started.pop().run();
    } finally {
      close(started);
    }
  }
}
