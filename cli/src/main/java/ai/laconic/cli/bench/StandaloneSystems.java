package ai.laconic.cli.bench;

import ai.laconic.benchmarks.served.ServedCache;
import ai.laconic.benchmarks.served.ServedSystem;
import ai.laconic.benchmarks.served.SystemPlan;
import ai.laconic.benchmarks.served.SystemStarter;
import ai.laconic.cache.LatentCacheApplication;
import ai.laconic.cli.standalone.Engine;
import ai.laconic.cli.standalone.Ready;
import ai.laconic.cli.standalone.Standalone;
import ai.laconic.cli.standalone.StandaloneOptions;
import ai.laconic.cli.standalone.Storage;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.servicekit.LaconicService;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Systems as {@code laconic up} starts them.
 *
 * @param settings of any tier; they win over those of a plan
 */
public record StandaloneSystems(Map<String, String> settings) implements SystemStarter {
  public StandaloneSystems {
    settings = Map.copyOf(settings);
  }

  /** Keeps libraries from logging until the first system has configured the log. */
  public static void quietUntilStarted() {
    LoggingSystem.get(StandaloneSystems.class.getClassLoader()).beforeInitialize();
  }

  @Override
  public ServedSystem start(SystemPlan plan)
      throws IOException, InterruptedException, ModelDirectoryException {
    if (plan.encoders() > 1) {
      return SeveralEncoders.start(plan, settings);
    }
    Standalone standalone = Standalone.start(options(plan, settings));
    boolean ready = false;
    try {
      Ready.await(standalone::pools, Ready.WITHIN);
      ready = true;
      return new RunningSystem(standalone, standalone::close);
    } finally {
      if (!ready) {
        standalone.close();
      }
    }
  }

  @Override
  public ServedCache startCache(String redis) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put("spring.grpc.server.address", "127.0.0.1");
    all.put("spring.grpc.server.port", 0);
    all.put("laconic.cache.blocks.store", "redis");
    all.put("laconic.cache.redis.uri", redis);
    ConfigurableApplicationContext cache = LatentCacheApplication.start(all);
    String address = "127.0.0.1:" + LaconicService.port(cache);
    return new ServedCache() {
      @Override
      public String address() {
        return address;
      }

      @Override
      public void close() {
        cache.close();
      }
    };
  }

  static StandaloneOptions options(SystemPlan plan, Map<String, String> settings) {
    return new StandaloneOptions(
        plan.models(),
        Engine.ONNX,
        new Storage.Memory(),
        "127.0.0.1",
        0,
        plan.maxPositions(),
        plan.slots(),
        settings);
  }

  @Override
  public OptionalLong idleBytes(SystemPlan plan, Duration idle)
      throws IOException, InterruptedException {
    return IdleProcess.residentBytes(plan, settings, idle);
  }
}
