package ai.laconic.cli.standalone;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The log of a process with several tiers: every line names its own. A tier is started in a thread
 * group, and threads stand in the group of whoever starts them, so a thread says whose work it
 * does. Those that gRPC shares between tiers say {@code grpc}, all others {@code laconic}.
 */
public final class TierLog extends ClassicConverter {
  private static final String CONFIGURATION = "logging.config";

  /** One tier's threads. */
  private static final class Tier extends ThreadGroup {
    Tier(String name) {
      super(name);
    }
  }

  /** Makes the first tier's start configure the log for all of them, unless the user does. */
  static void configure() {
    if (System.getProperty(CONFIGURATION) == null && System.getenv("LOGGING_CONFIG") == null) {
      System.setProperty(CONFIGURATION, "classpath:standalone-logback.xml");
    }
  }

  /** Returns what {@code start} returns, done by a thread of the tier. */
  static <T> T inTier(String name, Callable<T> start) throws InterruptedException {
    FutureTask<T> result = new FutureTask<>(start);
    new Thread(new Tier(name), result, "start").start();
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    }
  }

  @Override
  public String convert(ILoggingEvent event) {
    Thread thread = Thread.currentThread();
    if (thread.getName().startsWith("grpc-default-") || thread.getName().equals("grpc-timer-0")) {
      return "grpc";
    }
    for (ThreadGroup group = thread.getThreadGroup(); group != null; group = group.getParent()) {
      if (group instanceof Tier tier) {
        return tier.getName();
      }
    }
    return "laconic";
  }
}
