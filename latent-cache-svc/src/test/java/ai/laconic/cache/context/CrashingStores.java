package ai.laconic.cache.context;

import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.ContextStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Stores of a process that dies at some step: before the step is done, or after it is done and
 * before anybody hears of it. From then on no step does anything.
 */
final class CrashingStores {
  private static final Set<String> STEPS =
      Set.of("transact", "putTexts", "removeTexts", "remove", "findMissing", "put");

  private final IntPredicate crashes;
  private int steps;
  private boolean dead;

  /** The process is dead. */
  static final class Crash extends Error {}

  /**
   * @param crashes tells by the number of a half step whether to die there
   */
  CrashingStores(IntPredicate crashes) {
    this.crashes = crashes;
  }

  ContextStore contexts(ContextStore store) {
    return crashing(ContextStore.class, store);
  }

  BlockStore blocks(BlockStore store) {
    return crashing(BlockStore.class, store);
  }

  boolean dead() {
    return dead;
  }

  private <S> S crashing(Class<S> type, S store) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (STEPS.contains(method.getName())) {
                step();
              } else if (dead) {
                throw new Crash();
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              } finally {
                if (STEPS.contains(method.getName())) {
                  step();
                }
              }
            }));
  }

  private void step() {
    dead = dead || crashes.test(steps++);
    if (dead) {
      throw new Crash();
    }
  }
}
