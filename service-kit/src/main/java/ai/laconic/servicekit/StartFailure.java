package ai.laconic.servicekit;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanInstantiationException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.util.unit.DataSize;

/**
 * Tells an operator in one sentence why a service didn't start, where its settings or its
 * surroundings are to blame. A stack trace would bury it.
 *
 * <p>A bean's factory method and a settings' constructor say so with an {@link
 * IllegalArgumentException}, whose message names the setting, with an exception of Laconic's own,
 * or with a checked one. Anything else is a flaw in the program and keeps its stack trace.
 */
public final class StartFailure {
  private static final Pattern BIND = Pattern.compile("Failed to bind to address \\S*/(\\S+)");
  private static final Pattern NO_PORT = Pattern.compile("port out of range: ?(-?\\d+)");
  private static final Pattern NAMES_A_SETTING = Pattern.compile("[a-z0-9.\\[\\]-]+: .*");

  private StartFailure() {}

  /** Returns the sentence; empty if {@code failure} is a flaw in the program. */
  public static Optional<String> explain(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String sentence =
          cause instanceof BindException setting
              ? setting(setting)
              : cause instanceof BeanInstantiationException bean
                  ? told(bean.getCause())
                  : cause instanceof IOException io
                      ? address(io)
                      : cause instanceof IllegalArgumentException argument ? port(argument) : null;
      if (sentence != null) {
        return Optional.of(sentence.replaceAll("\\s*\\R\\s*", " "));
      }
    }
    return Optional.empty();
  }

  private static @Nullable String setting(BindException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnboundConfigurationPropertiesException unbound) {
        return unbound.getUnboundProperties().stream()
                .map(property -> property.getName() + ": " + property.getValue())
                .collect(Collectors.joining(", "))
            + " (expected: a setting that exists)";
      }
      ConfigurationProperty property = failure.getProperty();
      if (cause instanceof ConversionFailedException conversion && property != null) {
        return property.getName()
            + ": "
            + conversion.getValue()
            + " (expected: "
            + kind(failure.getTarget().getType().resolve(Object.class))
            + ")";
      }
      if (cause instanceof BeanInstantiationException bean) {
        String told = told(bean.getCause());
        return told == null ? null : named(failure.getName().toString(), told);
      }
    }
    return null;
  }

  /** A settings' constructor knows where its own settings lie, or doesn't. */
  private static String named(String prefix, String told) {
    if (told.startsWith(prefix)) {
      return told;
    }
    return prefix + (NAMES_A_SETTING.matcher(told).matches() ? "." : ": ") + told;
  }

  /** What a setting of this type looks like. */
  private static String kind(Class<?> type) {
    if (type == Duration.class) {
      return "a duration, such as 5s";
    }
    if (type == DataSize.class) {
      return "a size, such as 20MB";
    }
    if (type == InetAddress.class) {
      return "an address or host name that this machine knows";
    }
    if (type == Integer.class || type == int.class || type == Long.class || type == long.class) {
      return "a whole number";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    return type.isEnum()
        ? "one of "
            + Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "))
        : type.getSimpleName();
  }

  /** Returns what a factory or a constructor said by what it threw. */
  private static @Nullable String told(@Nullable Throwable thrown) {
    if (thrown == null) {
      return null;
    }
    if (thrown instanceof IllegalArgumentException
        || thrown.getClass().getPackageName().startsWith("ai.laconic")) {
      return thrown.getMessage();
    }
    boolean checked = !(thrown instanceof RuntimeException || thrown instanceof Error);
    return checked ? thrown.toString() : null;
  }

  /** Returns why a port could not be listened on. */
  private static @Nullable String address(IOException failure) {
    Matcher bind = BIND.matcher(String.valueOf(failure.getMessage()));
    if (!bind.matches()) {
      return null;
    }
    Throwable cause = failure.getCause();
    String why = cause == null ? "" : String.valueOf(cause.getMessage());
    return "address "
        + bind.group(1)
        + ": "
        + why.substring(why.lastIndexOf(": ") + 1).strip().toLowerCase(Locale.ROOT)
        + " (expected: an address of this machine with a free port)";
  }

  /** Returns what is wrong with a number that no port has. */
  private static @Nullable String port(IllegalArgumentException failure) {
    Matcher port = NO_PORT.matcher(String.valueOf(failure.getMessage()));
    return port.matches()
        ? "spring.grpc.server.port: " + port.group(1) + " (expected: 0 to 65535)"
        : null;
  }
}
