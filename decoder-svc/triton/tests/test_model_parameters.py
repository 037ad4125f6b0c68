import pytest

from model_parameters import ModelParameters

MISSING = "parameter it: missing (expected: as `laconic models graph` writes it)"


def of(text):
    return ModelParameters({"parameters": {"it": {"string_value": text}, "EXECUTION_ENV_PATH": {}}})


def refusal(read):
    with pytest.raises(ValueError, match="parameter it: ") as refused:
        read()
    return str(refused.value)


class TestText:
    def test_is_read_as_it_is(self):
        assert of(" a/b c").text("it") == " a/b c"

    @pytest.mark.parametrize("config", [{}, {"parameters": {}}, {"parameters": {"it": {}}}])
    def test_is_missed(self, config):
        assert refusal(lambda: ModelParameters(config).text("it")) == MISSING

    def test_is_missed_where_it_is_empty(self):
        parameters = of("")

        assert refusal(lambda: parameters.text("it")) == MISSING
        assert refusal(lambda: parameters.whole_number("it", least=0)) == MISSING
        assert refusal(lambda: parameters.whole_numbers("it", least=0)) == MISSING
        assert refusal(lambda: parameters.share("it")) == MISSING


NO_WHOLE_NUMBERS = ["x", "1.5", "1e3", "-1", "+1", " 1", "1_0", "0x1", "\u00b2", "\u0663"]


class TestWholeNumber:
    @pytest.mark.parametrize(("text", "number"), [("3", 3), ("007", 7), ("12345678901", 12_345_678_901)])
    def test_is_read_from_the_least_on(self, text, number):
        assert of(text).whole_number("it", least=3) == number

    @pytest.mark.parametrize("text", ["3", "4", "5"])
    def test_is_read_from_the_least_to_the_most(self, text):
        assert of(text).whole_number("it", least=3, most=5) == int(text)

    @pytest.mark.parametrize("text", [*NO_WHOLE_NUMBERS, "0", "2"])
    def test_is_refused_as_another_or_below_the_least(self, text):
        assert refusal(lambda: of(text).whole_number("it", least=3)) == (
            f"parameter it: {text} (expected: a whole number, 3 or more)"
        )

    @pytest.mark.parametrize("text", ["2", "6"])
    def test_is_refused_outside_its_range(self, text):
        assert refusal(lambda: of(text).whole_number("it", least=3, most=5)) == (
            f"parameter it: {text} (expected: a whole number, 3 to 5)"
        )


class TestWholeNumbers:
    @pytest.mark.parametrize(("text", "numbers"), [("3", [3]), ("5,3,4", [5, 3, 4])])
    def test_are_read_in_order(self, text, numbers):
        assert of(text).whole_numbers("it", least=3, most=5) == numbers

    @pytest.mark.parametrize("text", [*NO_WHOLE_NUMBERS, "3,,4", "3,", ",", "3, 4", "3;4", "3,2", "6,3"])
    def test_are_refused_together(self, text):
        assert refusal(lambda: of(text).whole_numbers("it", least=3, most=5)) == (
            f"parameter it: {text} (expected: whole numbers with commas between them, each 3 to 5)"
        )


class TestShare:
    @pytest.mark.parametrize(("text", "share"), [("0.85", 0.85), ("1", 1), ("1e-3", 0.001)])
    def test_is_read(self, text, share):
        assert of(text).share("it") == share

    @pytest.mark.parametrize("text", ["x", "90 %", "0", "-0.5", "1.1", "nan", "inf"])
    def test_is_refused_as_another_number_or_none(self, text):
        assert refusal(lambda: of(text).share("it")) == (
            f"parameter it: {text} (expected: a number above 0, at most 1)"
        )
