package form

import (
	"errors"

	"comity"
	"comity/internal/console/present"
)

// SplitError returns an error about the input of a record as field errors, or else as a text. It returns every other
// error as it is.
func SplitError(r *comity.Resource, err error) (faults []comity.FieldError, text string, other error) {
	var e *comity.Error
	if err == nil || !errors.As(err, &e) {
		return nil, "", err
	}
	switch e.Code {
	case comity.Invalid:
		return e.Fields, "", nil
	case comity.Refused:
		if f := e.Phrase.Field(r); f != nil {
			sentence := present.Sentence(e.Phrase)
			return []comity.FieldError{{Field: f.Column, Sentence: present.Join(": ", sentence[:len(sentence)-1], e.Detail)}}, "", nil
		}
		return nil, present.Join(" ", present.Sentence(e.Phrase), e.Detail), nil
	case comity.Stale:
		return nil, e.Detail, nil
	case comity.Internal, comity.Malformed, comity.Unauthorised, comity.NotFound, comity.TooLarge,
		comity.Unprocessable, comity.TooMany, comity.Undelivered, comity.Unsupported, comity.NotNow:
	}
	return nil, "", err
}

// Summary returns all errors of a form, each with a link to its control. Errors of fields without a control are
// included only if there are no others.
func Summary(controls []Control, faults []comity.FieldError) []present.Link {
	var links []present.Link
	for _, c := range controls {
		for _, sentence := range c.Errors {
			links = append(links, present.Link{Text: sentence, To: "#field-" + c.Key})
		}
	}
	if len(links) > 0 {
		return links
	}
	for _, f := range faults {
		links = append(links, present.Link{Text: f.Sentence + "."})
	}
	return links
}

// sentencesOf returns the errors of a field as sentences.
func sentencesOf(f *comity.Field, faults []comity.FieldError) []string {
	var sentences []string
	for _, fault := range faults {
		switch {
		case fault == f.Missing():
			sentences = append(sentences, f.Label+" is required.")
		case fault.Field == f.Column, len(f.Owners) > 0 && fault.Field == f.Owners[0].Column:
			sentences = append(sentences, fault.Sentence+".")
		}
	}
	return sentences
}
