package ai.laconic.cli.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;

/**
 * What measures work with.
 *
 * @param source of all prompts
 * @param ratio source tokens per latent
 * @param seed chooses everything that is chosen
 * @param requests runs so many requests at once as it has threads
 */
record Bench(Served served, SourceText source, int ratio, long seed, ExecutorService requests) {
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  /** Makes one sample. */
  @FunctionalInterface
  interface Sample<T> {
    T take(int index, SplittableRandom random);
  }

  /** Returns random numbers that are the same in every run with this seed. */
  SplittableRandom random(Object... names) {
    return new SplittableRandom(seed * SPREAD + Arrays.hashCode(names));
  }

  /**
   * Takes samples, several at once, and returns them in order. A full system is asked again; any
   * other failure ends it.
   *
   * @param name of the case; together with the sample's number it chooses the random numbers
   */
  <T> List<T> samples(String name, int count, Sample<T> sample) throws InterruptedException {
    List<Future<T>> futures = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int index = i;
      futures.add(
          requests.submit(
              () -> Patience.DEFAULT.call(() -> sample.take(index, random(name, index)))));
    }
    try {
      List<T> taken = new ArrayList<>(count);
      for (Future<T> future : futures) {
        taken.add(future.get());
      }
      return taken;
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
    } finally {
      futures.forEach(future -> future.cancel(true));
    }
  }

  static <T> double mean(List<T> samples, ToDoubleFunction<T> value) {
    return samples.stream().mapToDouble(value).average().orElse(0);
  }

  /** Returns what a sample adds to a share. */
  static double count(boolean holds) {
    return holds ? 1 : 0;
  }
}
